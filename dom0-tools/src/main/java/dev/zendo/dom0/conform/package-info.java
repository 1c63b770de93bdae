/**
 * The conformance suite's judge: boots test images in parallel domains and reads what they print.
 *
 * <p>{@link dev.zendo.dom0.conform.Suite} runs images, {@link dev.zendo.dom0.conform.ImageOutput}
 * understands their console, {@link dev.zendo.dom0.conform.SuiteResult} sums up; the rest writes it
 * down for people, JUnit readers, programs and {@code docs/conformance.md}.
 */
package dev.zendo.dom0.conform;

/**
 * Prints what other parts need of the ABI at build time: {@link
 * dev.zendo.hypercalls.generate.Generate} writes the C header of the guest kit and {@code
 * docs/abi.md} from {@link dev.zendo.hypercalls.generate.Catalogue} and {@link
 * dev.zendo.hypercalls.Hypercalls}.
 */
package dev.zendo.hypercalls.generate;

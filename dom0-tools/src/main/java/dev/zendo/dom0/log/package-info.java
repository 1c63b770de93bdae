/**
 * The logging backend: everything that slf4j loggers say goes to standard error, one line each.
 * {@link dev.zendo.dom0.log.StderrLog#level} is the only knob.
 */
package dev.zendo.dom0.log;

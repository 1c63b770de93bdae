/**
 * The command line: {@link dev.zendo.dom0.cli.Zl} is the program, a {@link dev.zendo.dom0.cli.Verb}
 * each of its verbs. Errors are one line on standard error and a status of {@link
 * dev.zendo.dom0.cli.ExitStatus}.
 */
package dev.zendo.dom0.cli;

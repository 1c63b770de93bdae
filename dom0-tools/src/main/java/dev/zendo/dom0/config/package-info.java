/**
 * Configurations of domains as {@code xl} has them (xl.cfg(5)): their text, their keys, and what
 * they say about a domain. The same keys and values as JSON are what the daemon keeps and answers.
 */
package dev.zendo.dom0.config;

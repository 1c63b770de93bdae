package dev.zendo.hypercalls;

/**
 * One command of a hypercall that has several.
 *
 * @param number its number
 * @param name its C name without the prefix that all commands of the hypercall share
 * @param support how far it works here
 */
public record SubOperation(int number, String name, Support support) {}

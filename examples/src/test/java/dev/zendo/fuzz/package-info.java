/**
 * The hypercall fuzzer: random programs of calls ({@link dev.zendo.fuzz.Grammar}) for the guest in
 * {@code pv-guest-kit/fuzz}, and rounds of domains that execute them while everything that could go
 * wrong is looked at ({@link dev.zendo.fuzz.Arena}). {@code bench/fuzz} runs many, tests a few.
 */
package dev.zendo.fuzz;

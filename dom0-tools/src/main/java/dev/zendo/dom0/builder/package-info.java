/**
 * Building domains: {@link dev.zendo.dom0.builder.DomainLayout} decides where everything goes (pure
 * arithmetic), {@link dev.zendo.dom0.builder.PageTables} says what the initial page tables hold,
 * and {@link dev.zendo.dom0.builder.DomainBuilder} carries it out with hypercalls.
 */
package dev.zendo.dom0.builder;

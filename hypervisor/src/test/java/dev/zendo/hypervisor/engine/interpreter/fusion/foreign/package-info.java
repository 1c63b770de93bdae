/** Objects of chains whose base class is in another package. */
package dev.zendo.hypervisor.engine.interpreter.fusion.foreign;

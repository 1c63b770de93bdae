/** Tests of the joining of objects, with small chains of their own. */
package dev.zendo.hypervisor.engine.interpreter.fusion;

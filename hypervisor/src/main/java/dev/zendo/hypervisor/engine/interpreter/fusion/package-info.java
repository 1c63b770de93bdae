/**
 * Joins the ops of a hot block into one class (a superinstruction), so that the JVM compiles them
 * as one method without calls between them.
 *
 * <p>No instruction is described here. The bodies of the ops' {@code exec} methods are read from
 * their class files, specialised for the op at hand (its fields are constants, tests of constants
 * are decided, small methods are expanded in place) and written one behind the other.
 */
package dev.zendo.hypervisor.engine.interpreter.fusion;

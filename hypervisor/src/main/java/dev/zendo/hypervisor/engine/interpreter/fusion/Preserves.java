package dev.zendo.hypervisor.engine.interpreter.fusion;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method that, when it returns, has changed no number in the chain's argument and none of
 * its registers ({@link Chain.Registers}). That holds for what it calls as well; when it throws it
 * may have changed anything. Fused code keeps copies of both, which a wrong mark makes outdated.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Preserves {}

/** The side of the daemon's socket that {@code zl}'s verbs are on. */
package dev.zendo.dom0.client;

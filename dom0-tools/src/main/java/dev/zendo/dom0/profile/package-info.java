/**
 * Profiles: where a guest spends its instructions or its time. {@link
 * dev.zendo.dom0.profile.Profile} names samples and adds them up, {@link
 * dev.zendo.dom0.profile.FlameGraph} draws them.
 */
package dev.zendo.dom0.profile;

/**
 * A picture and a keyboard for guests: the back ends of {@code vfb} and {@code vkbd} (io/fbif.h,
 * io/kbdif.h), and those who look at them.
 *
 * <p>{@link dev.zendo.dom0.display.Screen} is what viewers see of a framebuffer; {@link
 * dev.zendo.dom0.display.Framebuffer} fills it from the guest, {@link
 * dev.zendo.dom0.display.Keyboard} sends what viewers type and point at. {@link
 * dev.zendo.dom0.display.VncServer} serves both to programs for remote desktops (RFC 6143): {@link
 * dev.zendo.dom0.display.VncTiles} knows what each of them has to be sent, a {@link
 * dev.zendo.dom0.display.VncEncoding} how. {@link dev.zendo.dom0.display.Picture} is one moment of
 * it as a PNG file.
 */
package dev.zendo.dom0.display;

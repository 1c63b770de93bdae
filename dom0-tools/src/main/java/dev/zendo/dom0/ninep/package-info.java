/**
 * Folders of the host that guests mount (9pfs).
 *
 * <p>{@link dev.zendo.dom0.ninep.NinePDriver} serves what {@link dev.zendo.dom0.ninep.SharedFolder}
 * describes. {@link dev.zendo.dom0.ninep.NinePRing} moves messages through a ring of bytes, {@link
 * dev.zendo.dom0.ninep.RingService} hands them to {@link dev.zendo.dom0.ninep.NinePServer}, which
 * speaks 9P2000.L, request by request, on a thread of the device's own; {@link
 * dev.zendo.dom0.ninep.SharedTree} is the only class that touches the host's files, and stays below
 * the shared directory whatever happens to it meanwhile. {@link dev.zendo.dom0.ninep.Usage} counts
 * what a share with limits holds.
 */
package dev.zendo.dom0.ninep;

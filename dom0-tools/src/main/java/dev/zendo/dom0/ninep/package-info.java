/**
 * Folders of the host that guests mount (9pfs).
 *
 * <p>{@link dev.zendo.dom0.ninep.NinePServer} speaks 9P2000.L, request by request; {@link
 * dev.zendo.dom0.ninep.SharedTree} is the only class that touches the host's files, and stays below
 * the shared directory whatever happens to it meanwhile.
 */
package dev.zendo.dom0.ninep;

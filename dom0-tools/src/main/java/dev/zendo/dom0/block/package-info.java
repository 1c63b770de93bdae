/**
 * Disks for guests: the back end of {@code vbd} (io/blkif.h).
 *
 * <ul>
 *   <li>{@link dev.zendo.dom0.block.DiskSpec}: a disk in xl's syntax
 *   <li>{@link dev.zendo.dom0.block.BlockDriver} and {@code BlockBackend}: keys and connection, on
 *       the event thread
 *   <li>{@code DiskRequests}: what the toolstack asks of an image, by keys: another medium, another
 *       size, a copy
 *   <li>{@code DiskWork} and {@code Steps}: what takes long, one thing after the other
 *   <li>{@code BlockQueues}: the rings of a disk, which pause while its image changes
 *   <li>{@code BlockQueue}: one ring. Threads take requests from it and put responses into it
 *   <li>{@code IoThreads} and {@code IoWorker}: the threads, each with memory for the data of a
 *       request
 *   <li>{@code BlockRequest}: a request, copied and checked
 *   <li>{@code Disk}: the image behind a device; media change, limits, counters
 * </ul>
 *
 * <p>Data go from the file into memory of the control domain and from there by grant copies into
 * the guest's pages, or the other way; a guest that takes its pages back while a request is under
 * way gets an error. Only where both ends have agreed on persistent grants ({@code persistent} of a
 * disk) pages stay mapped, in {@code PersistentGrants}, and data are copied without a hypercall.
 */
package dev.zendo.dom0.block;

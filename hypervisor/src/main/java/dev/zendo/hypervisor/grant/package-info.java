/**
 * Grant tables: how a domain lets another one map or copy its frames, and takes that back.
 *
 * <p>{@link dev.zendo.hypervisor.grant.GrantTable} is what a domain grants, as it says it in shared
 * frames and as the hypervisor remembers it while grants are in use; {@code MapTrack} is what a
 * domain has mapped, by handle. {@code MapOperations}, {@code UnmapOperations}, {@code
 * CopyOperation}, {@code TransferOperation} and {@code TableOperations} are the operations of
 * {@code grant_table_op}, {@code HostMappings} puts mappings into page tables and physical maps.
 * {@link dev.zendo.hypervisor.grant.Grants} puts them together.
 *
 * <p>Lock order: the mappings of the user (monitor of its {@code MapTrack}), the user's paging
 * lock. The lock of a grant table is taken with neither held or last, and only for short times.
 */
package dev.zendo.hypervisor.grant;

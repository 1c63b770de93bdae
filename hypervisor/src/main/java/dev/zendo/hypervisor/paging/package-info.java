/**
 * Direct paging: guests own their page tables, the hypervisor checks every entry they install.
 *
 * <p>Start with {@link dev.zendo.hypervisor.paging.Pte} (the bits), {@link
 * dev.zendo.hypervisor.paging.Walker} (what the processor does), {@link
 * dev.zendo.hypervisor.paging.PageTypes} (which frame may be what), {@link
 * dev.zendo.hypervisor.paging.TableUpdates} (changes of single entries). On top of them: {@link
 * dev.zendo.hypervisor.paging.PvMmu} for the engines, {@link
 * dev.zendo.hypervisor.paging.PvGuestAccess} for hypercall pointers and the hypercalls {@code
 * mmu_update}, {@code mmuext_op}, {@code update_va_mapping} and {@code update_descriptor}.
 *
 * <p>Isolation between domains rests on three rules kept here: an entry only ever names frames of
 * the same domain or granted ones; a frame that is a page table or descriptor table is writable for
 * nobody; and before a frame changes hands or type, no processor keeps a translation that is older
 * ({@link dev.zendo.hypervisor.paging.TlbSync}).
 */
package dev.zendo.hypervisor.paging;

/**
 * The x86-64 instruction set as data: {@link dev.zendo.hypervisor.engine.x86.InsnTable} holds one
 * row per instruction form, {@link dev.zendo.hypervisor.engine.x86.Decoder} fills an {@link
 * dev.zendo.hypervisor.engine.x86.Insn} from machine code by it. Interpreter, translator,
 * privileged-instruction emulation and disassembler all read the same rows.
 *
 * <p>How an executor binds: decode into a reused {@code Insn}; {@code INVALID} is #UD, {@code
 * TOO_LONG} #GP(0), {@code NEED_MORE} asks for bytes of the next page. Then select by {@code
 * insn.mnemonic} and operand kinds and sizes ({@code insn.kind[i]}, {@code insn.size[i]}), or by
 * {@code insn.row.id}, which is a stable index below {@code InsnTable.MAX_ROWS}. Raise #GP(0) for
 * {@code row.privileged} and, without I/O privilege, {@code row.ioSensitive}; raise #NM for {@code
 * row.usesFpu} while CR0.TS is set; raise #UD for rows of features that are not offered. A row with
 * {@code endsBlock} ends a straight line of code. Operand access ({@code row.access(i)}), implicit
 * registers, stack slots and flags read, written and left undefined are attributes of the row.
 */
package dev.zendo.hypervisor.engine.x86;

package dev.zendo.hypercalls;

import java.util.List;

/**
 * One row of the hypercall table. Immutable.
 *
 * @param number what a guest puts into RAX
 * @param name C name without {@code __HYPERVISOR_}
 * @param purpose one sentence for the documentation
 * @param arguments in the order RDI, RSI, RDX, R10, R8
 * @param place where the number of the sub-operation is found
 * @param prefix what the C names of its sub-operations start with
 * @param operations its sub-operations in the order of their numbers
 * @param support how far it works here; for one with sub-operations, as a whole
 */
public record Hypercall(
    int number,
    String name,
    String purpose,
    List<Argument> arguments,
    CommandPlace place,
    String prefix,
    List<SubOperation> operations,
    Support support) {

  /** Where the number of the sub-operation is found. */
  public enum CommandPlace {
    /** There are no sub-operations. */
    NONE,
    /** The first argument. */
    ARGUMENT,
    /** The first 32 bits of what the first argument points to. */
    STRUCTURE,
    /** The first 32 bits of each entry of the list that the first argument points to. */
    LIST
  }

  /** The sub-operation with this number, or null. */
  public SubOperation operation(int command) {
    for (SubOperation operation : operations) {
      if (operation.number() == command) {
        return operation;
      }
    }
    return null;
  }

  /** The C name of a sub-operation, or its number when it is unknown. */
  public String operationName(int command) {
    SubOperation operation = operation(command);
    return operation == null ? Integer.toString(command) : prefix + operation.name();
  }
}

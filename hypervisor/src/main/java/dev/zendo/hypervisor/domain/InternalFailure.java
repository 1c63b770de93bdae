package dev.zendo.hypervisor.domain;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * An error of the hypervisor's own (or of its control domain's) while it worked for a domain.
 *
 * @param where the domain, its vcpu if one was concerned, and its registers; domain -1 when it was
 *     no domain's doing
 * @param cause what was thrown; its message says what was being done
 */
public record InternalFailure(CrashReport where, Throwable cause) {
  /** How every report of such an error begins. */
  public static final String TITLE =
      "internal error of the hypervisor (a bug in Zendo, not in the guest)";

  /** A failure of nobody's, or of a domain (which may be null) and a vcpu (which may be null). */
  static InternalFailure of(Domain domain, Vcpu vcpu, String note, Throwable cause) {
    String why = TITLE + ": " + describe(cause) + note;
    CrashReport where =
        domain == null
            ? new CrashReport(-1, -1, why, new long[0], false)
            : CrashReport.of(domain, vcpu, why);
    return new InternalFailure(where, cause);
  }

  private static String describe(Throwable cause) {
    Throwable inner = cause.getCause();
    return inner == null ? cause.toString() : cause.getMessage() + ": " + inner;
  }

  /** All that is known, several lines for people: domain, vcpu, call, registers, stack trace. */
  public String text() {
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    out.println(where.why());
    out.println(where.place());
    where.registerLines().forEach(out::println);
    cause.printStackTrace(out);
    out.flush();
    return text.toString();
  }
}

package dev.zendo.dom0.conform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Locale;

/** A result for programs. */
public final class JsonReport {
  private JsonReport() {}

  /** One object, on one line. */
  public static String of(SuiteResult result) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
      out.writeStartObject();
      out.writeBooleanField("success", result.passed());
      out.writeNumberField("cases", result.cases());
      for (Verdict verdict : Verdict.values()) {
        out.writeNumberField(verdict.text().replace(' ', '_'), result.count(verdict));
      }
      out.writeNumberField("seconds", Math.round(result.seconds() * 1000) / 1000.0);
      out.writeArrayFieldStart("images");
      for (ImageResult image : result.images()) {
        write(image, out);
      }
      out.writeEndArray();
      out.writeEndObject();
    }
    return text.toString();
  }

  private static void write(ImageResult image, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", image.name());
    out.writeBooleanField("success", image.passed());
    if (!image.problem().isEmpty()) {
      out.writeStringField("problem", image.problem());
    }
    out.writeNumberField("seconds", Math.round(image.seconds() * 1000) / 1000.0);
    out.writeArrayFieldStart("cases");
    for (CaseResult each : image.cases()) {
      out.writeStartObject();
      out.writeStringField("name", each.name());
      out.writeStringField("verdict", each.verdict().name().toLowerCase(Locale.ROOT));
      out.writeStringField("answer", each.answer());
      if (!each.reason().isEmpty()) {
        out.writeStringField("reason", each.reason());
      }
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}

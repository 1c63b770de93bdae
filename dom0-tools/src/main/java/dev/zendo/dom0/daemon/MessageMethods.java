package dev.zendo.dom0.daemon;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.zendo.dom0.log.LogListener;
import dev.zendo.dom0.messages.MachineMessages;
import dev.zendo.dom0.messages.Message;
import dev.zendo.dom0.messages.MessageRing;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.event.Level;

/** The machine's messages, and what of the daemon's log belongs to them. */
final class MessageMethods implements LogListener {
  /** How log lines name the domain that they are about; numbers of guests come after it. */
  private static final Pattern DOMAIN = Pattern.compile("\\bdomain (\\d{1,5})\\b");

  private final MachineMessages messages;
  private final DomainTable table;

  MessageMethods(MachineMessages messages, DomainTable table) {
    this.messages = messages;
    this.table = table;
  }

  void addTo(Map<String, Method> methods) {
    methods.put("dmesg", this::messages);
  }

  @Override
  public void logged(Level level, String text) {
    Matcher matcher = DOMAIN.matcher(text);
    messages.add(matcher.find() ? Integer.parseInt(matcher.group(1)) : Message.NOBODY, text);
  }

  private JsonNode messages(Call call) {
    ArrayNode answer = Json.array();
    if (call.has("domain")) {
      MessageRing ring = table.find(call.string("domain")).messages();
      add(answer, ring, call.flag("clear"));
    } else {
      add(answer, messages.all(), call.flag("clear"));
    }
    return answer;
  }

  private static void add(ArrayNode answer, MessageRing ring, boolean clear) {
    List<Message> lines = clear ? ring.take() : ring.lines();
    for (Message message : lines) {
      ObjectNode line = Json.object().put("time_ns", message.nanos());
      if (message.domain() != Message.NOBODY) {
        line.put("domid", message.domain());
      }
      answer.add(line.put("text", message.text()).put("line", message.toString()));
    }
  }
}

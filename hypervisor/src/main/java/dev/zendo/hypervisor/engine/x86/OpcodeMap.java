package dev.zendo.hypervisor.engine.x86;

import dev.zendo.hypervisor.engine.x86.InsnTable.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one opcode map. Only where the lines begin is found out at start-up; a line is parsed
 * when its opcode is first met. Thread-safe; each row exists once.
 */
final class OpcodeMap {
  /** Ids of rows per map. */
  static final int IDS = 1024;

  private static final Rows NONE = new Rows(new Row[0]);

  private final String text;
  private final int map;
  private final int firstId;
  private final int[] start = new int[IDS / 2];
  private final int[] firstOpcode = new int[IDS / 2];
  private final int[] opcodes = new int[IDS / 2];

  /** Rows of lines parsed so far; a line gives one or two. */
  private final Row[][] parsed = new Row[IDS / 2][];

  private final Rows[] byOpcode = new Rows[256];
  private int lines;

  /** Candidates of an opcode; final, so that threads may share it without more ado. */
  private static final class Rows {
    final Row[] rows;

    Rows(Row[] rows) {
      this.rows = rows;
    }
  }

  OpcodeMap(String text, int map, int number) {
    this.text = text;
    this.map = map;
    this.firstId = number * IDS;
    for (int at = 0; at < text.length(); at = text.indexOf('\n', at) + 1) {
      if (text.charAt(at) != '#') {
        start[lines] = at;
        firstOpcode[lines] = TableParser.hexByte(text, at);
        opcodes[lines] = TableParser.opcodes(text, at);
        lines++;
      }
    }
  }

  /** Candidate rows of an opcode, in the order in which to try them. */
  Row[] rows(int opcode) {
    Rows rows = byOpcode[opcode];
    return rows != null ? rows.rows : load(opcode);
  }

  private synchronized Row[] load(int opcode) {
    List<Row> found = new ArrayList<>();
    for (int line = 0; line < lines; line++) {
      int i = opcode - firstOpcode[line];
      if (i >= 0 && i < opcodes[line]) {
        found.addAll(List.of(line(line)));
      }
    }
    Rows rows = found.isEmpty() ? NONE : new Rows(found.toArray(new Row[0]));
    byOpcode[opcode] = rows;
    return rows.rows;
  }

  private Row[] line(int line) {
    Row[] rows = parsed[line];
    if (rows == null) {
      TableParser parser = new TableParser(text, map);
      parser.parse(start[line], false);
      Row first = new Row(parser, firstId + 2 * line);
      if (parser.isPair()) {
        parser.parse(start[line], true);
        rows = new Row[] {first, new Row(parser, firstId + 2 * line + 1)};
      } else {
        rows = new Row[] {first};
      }
      parsed[line] = rows;
    }
    return rows;
  }

  /** Every row, in table order. */
  synchronized List<Row> all() {
    List<Row> all = new ArrayList<>();
    for (int line = 0; line < lines; line++) {
      all.addAll(List.of(line(line)));
    }
    return all;
  }
}

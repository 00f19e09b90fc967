package io.holdfast.cli;

import java.io.PrintStream;
import java.util.Map;

/// A JSON document with one list of many items, printed while they come. *Confined.*
final class JsonItems {
  private final PrintStream out;
  private final String name;
  private long count;

  JsonItems(PrintStream out, String name) {
    this.out = out;
    this.name = name;
  }

  void add(Map<String, Object> item) {
    out.print(count == 0 ? "{\n\"" + name + "\": [\n" : ",\n");
    out.print(Json.write(item));
    count++;
  }

  /// Closes the document.
  void end() {
    out.println(count == 0 ? "{\n\"" + name + "\": []\n}" : "\n]\n}");
  }
}

package io.holdfast.engine.tenant;

import io.holdfast.base.Quoted;
import io.holdfast.tenant.restore.RowSample;
import io.holdfast.tenant.restore.RowSample.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Single rows of a plan, as people and programs read them.
final class SampleText {
  private SampleText() {}

  static Map<String, Object> toMap(RowSample sample) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("table", sample.table().text());
    map.put("action", sample.kind().name().toLowerCase(java.util.Locale.ROOT));
    map.put("key", sample.key());
    map.put("reason", sample.why().map(reason -> reason.word()).orElse(null));
    map.put("values", sample.values().stream().map(SampleText::toMap).toList());
    return map;
  }

  private static Map<String, Object> toMap(Value value) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("column", value.column());
    map.put("now", value.now().orElse(null));
    map.put("then", value.then().orElse(null));
    return map;
  }

  static String line(RowSample sample) {
    String key =
        sample.key().entrySet().stream()
            .map(entry -> entry.getKey() + " " + Quoted.of(entry.getValue()))
            .collect(Collectors.joining(", "));
    return "  "
        + sample.table()
        + " ("
        + key
        + ") "
        + sample.kind().word()
        + sample.why().map(reason -> ", " + reason.text()).orElse("")
        + values(sample);
  }

  private static String values(RowSample sample) {
    List<String> parts =
        sample.values().stream()
            .map(
                value ->
                    switch (sample.kind()) {
                      case INSERT -> value.column() + " " + text(value.then());
                      case DELETE -> value.column() + " " + text(value.now());
                      case UPDATE ->
                          value.column()
                              + " "
                              + text(value.now())
                              + " becomes "
                              + text(value.then());
                      case DIFFERS ->
                          value.column()
                              + " is "
                              + text(value.now())
                              + ", was "
                              + text(value.then());
                      case EXTRA, BLOCKED -> value.column();
                    })
            .toList();
    return parts.isEmpty() ? "" : ": " + String.join("; ", parts);
  }

  private static String text(Optional<String> value) {
    return value.map(Quoted::of).orElse("null");
  }
}

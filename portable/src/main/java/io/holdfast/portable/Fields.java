package io.holdfast.portable;

import io.holdfast.portable.json.JsonPull;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fields of one object of a manifest: each known one exactly once, in any order, others only
/// if they begin with `x-`. *Confined*.
final class Fields {
  private static final int FIELDS_MAX = 100;

  /// Reads the value of a field.
  @FunctionalInterface
  interface Value {
    @Nullable Object read(JsonPull in) throws IOException;
  }

  private final Map<String, Value> known = new HashMap<>();
  private final Map<String, @Nullable Object> read = new HashMap<>();

  Fields texts(String... names) {
    return all(JsonPull::text, names);
  }

  Fields textsOrNull(String... names) {
    return all(JsonPull::textOrNull, names);
  }

  Fields counts(String... names) {
    return all(JsonPull::count, names);
  }

  Fields all(Value value, String... names) {
    for (String name : names) {
      known.put(name, value);
    }
    return this;
  }

  /// Reads the object.
  Fields read(JsonPull in) throws IOException {
    in.beginObject();
    Set<String> others = new HashSet<>();
    int position = 0;
    for (String name = in.nextName(0); name != null; name = in.nextName(position)) {
      position++;
      Value value = known.get(name);
      if (read.containsKey(name) || !(value != null || others.add(name))) {
        throw in.damaged("has a field twice: '" + printable(name) + "'");
      }
      if (value != null) {
        read.put(name, value.read(in));
      } else if (name.startsWith("x-") && others.size() <= FIELDS_MAX) {
        in.skip();
      } else {
        throw in.damaged("has an unknown field: '" + printable(name) + "'");
      }
    }
    for (String name : known.keySet()) {
      if (!read.containsKey(name)) {
        throw in.damaged("lacks the field '" + name + "'");
      }
    }
    return this;
  }

  private static String printable(String name) {
    return io.holdfast.base.Quoted.printable(name.substring(0, Math.min(40, name.length())));
  }

  String text(String name) {
    return value(name, String.class);
  }

  @Nullable String textOrNull(String name) {
    return (String) read.get(name);
  }

  long count(String name) {
    return value(name, Long.class);
  }

  <T> T value(String name, Class<T> type) {
    return type.cast(java.util.Objects.requireNonNull(read.get(name)));
  }
}

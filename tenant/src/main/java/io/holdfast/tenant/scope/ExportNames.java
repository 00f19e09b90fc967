package io.holdfast.tenant.scope;

import io.holdfast.tenant.catalog.QualifiedName;
import java.util.Locale;
import java.util.regex.Pattern;

/// Names of tables in portable files: `transcriptSegments` for `public.transcript_segments`.
public final class ExportNames {
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,99}");

  private ExportNames() {}

  /// Whether this can be one.
  public static boolean isAllowed(String name) {
    return ALLOWED.matcher(name).matches();
  }

  /// The name that a table has if the map gives it none: letters and digits of its own name, a
  /// capital letter where something else stood between, and a small one at the beginning.
  public static String derived(QualifiedName table) {
    StringBuilder name = new StringBuilder();
    boolean next = false;
    for (char c : table.name().toCharArray()) {
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean digit = c >= '0' && c <= '9';
      if (letter || (digit && !name.isEmpty())) {
        String text = Character.toString(c);
        name.append(next && !name.isEmpty() ? text.toUpperCase(Locale.ROOT) : text);
        next = false;
      } else {
        next = true;
      }
    }
    if (name.isEmpty()) {
      return "table";
    }
    name.setLength(Math.min(name.length(), 100));
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }
}

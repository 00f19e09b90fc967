package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Command lines about one tenant, and what they say.
final class TenantWords {
  private static final Pattern PLAN = Pattern.compile("plan ([0-9a-f]{32})");

  private TenantWords() {}

  /// The words of `tenant WHAT`.
  ///
  /// @param scope a name or a file
  static String[] tenant(String what, Object scope, Object id, String... further) {
    return words("tenant", what, scope, id, further);
  }

  static String[] words(String group, String what, Object scope, Object id, String... further) {
    return Stream.concat(
            Stream.of(group, what, "--scope", scope.toString(), "--id", id.toString()),
            Stream.of(further))
        .toArray(String[]::new);
  }

  /// Options after a plan, or after another option.
  static String[] with(String first, String... options) {
    Stream<String> plan = first.startsWith("--") ? Stream.of(first) : Stream.of("--plan", first);
    return Stream.concat(plan, Stream.of(options)).toArray(String[]::new);
  }

  /// The plan that a preview names.
  static String plan(Command.Ended preview) {
    Matcher found = PLAN.matcher(preview.out());
    assertThat(found.find()).as(preview.all()).isTrue();
    return found.group(1);
  }
}

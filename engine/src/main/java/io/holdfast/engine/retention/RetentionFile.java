package io.holdfast.engine.retention;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.engine.schedule.Zones;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// A retention policy in a file.
///
/// ```yaml
/// keep-last: 3
/// keep-daily: 14
/// keep-within: 48h
/// zone: Europe/Berlin
/// ```
public final class RetentionFile {
  /// The key of the time for which everything is kept.
  public static final String WITHIN = "keep-within";

  /// The key of the recovery window.
  public static final String WINDOW = "window";

  /// The key of the greatest age.
  public static final String MAX_AGE = "max-age";

  /// The key of the greatest number.
  public static final String MAX_COUNT = "max-count";

  /// The key of the calendar's zone.
  public static final String ZONE = "zone";

  private static final int FILE_BYTES_MAX = 64 << 10;

  private RetentionFile() {}

  /// @throws BackupException `BAD_CONFIGURATION` if it is no policy; `BAD_ARGUMENT` if it keeps
  ///   nothing
  public static RetentionPolicy read(Path file) {
    Map<String, String> values = values(file);
    Map<Keep, Integer> places = new EnumMap<>(Keep.class);
    for (Keep keep : Keep.values()) {
      String text = values.remove(keep.option());
      if (text != null) {
        places.put(keep, number(file, keep.option(), text));
      }
    }
    Duration within = time(values, WITHIN);
    Duration window = time(values, WINDOW);
    Duration maxAge = time(values, MAX_AGE);
    String count = values.remove(MAX_COUNT);
    int maxCount = count == null ? 0 : number(file, MAX_COUNT, count);
    String zone = values.remove(ZONE);
    if (!values.isEmpty()) {
      throw bad(file, "it has unknown entries: " + String.join(", ", values.keySet()));
    }
    return new RetentionPolicy(
        new KeepRules(places, within),
        new Caps(maxAge, maxCount),
        window,
        zone == null ? RetentionPolicy.DEFAULT_ZONE : zone(zone));
  }

  /// A time such as `36h`, `14d` or `8w`.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if it is none
  public static Duration duration(String text) {
    return TimeText.parse(text);
  }

  /// A time zone by its name.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if there is none
  public static ZoneId zone(String text) {
    return Zones.named(text);
  }

  private static Duration time(Map<String, String> values, String key) {
    String text = values.remove(key);
    return text == null ? Duration.ZERO : TimeText.parse(text);
  }

  private static int number(Path file, String key, String text) {
    if (!text.matches("[0-9]{1,6}")) {
      throw bad(file, key + " is '" + text + "', which is no number of backups");
    }
    return Integer.parseInt(text);
  }

  private static Map<String, String> values(Path file) {
    Object root;
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        throw bad(file, "it has more than " + FILE_BYTES_MAX + " bytes");
      }
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      options.setNestingDepthLimit(2);
      root =
          new Yaml(new SafeConstructor(options))
              .load(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw bad(file, "it cannot be read: " + FileReason.of(e));
    } catch (YAMLException e) {
      throw bad(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("it is no YAML"));
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw bad(file, "it has no entries");
    }
    Map<String, String> values = new LinkedHashMap<>();
    map.forEach((key, value) -> values.put(String.valueOf(key), String.valueOf(value)));
    return values;
  }

  private static BackupException bad(Path file, String why) {
    return new BackupException(
        ErrorCode.BAD_CONFIGURATION,
        "retention policy " + file + ": " + why,
        "It has lines such as 'keep-last: 3', 'keep-daily: 14' or 'keep-within: 48h'.");
  }
}

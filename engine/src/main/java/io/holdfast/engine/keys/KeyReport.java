package io.holdfast.engine.keys;

import io.holdfast.repository.Keyring.DataKeys;
import io.holdfast.repository.Keyring.Holder;
import io.holdfast.repository.Keyring.Slot;
import io.holdfast.repository.Keyring.Slots;
import io.holdfast.repository.ShreddedDomain;
import io.holdfast.repository.ShreddedDomainException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The keys of a repository as people and programs see them.
public record KeyReport(
    Slots slots, List<DataKeys> dataKeys, List<ShreddedDomain> shredded, Instant now) {
  /// From this age on it is time for new data keys.
  public static final Duration AGE_MAX = Duration.ofDays(90);

  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);

  public KeyReport {
    dataKeys = List.copyOf(dataKeys);
    shredded = List.copyOf(shredded);
  }

  /// What somebody should know or do.
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    for (DataKeys keys : dataKeys) {
      Optional<Long> days = days(keys);
      if (days.isPresent() && days.get() >= AGE_MAX.toDays()) {
        warnings.add(
            "the data keys of domain "
                + keys.domain()
                + " are "
                + days.get()
                + " days old: 'holdfast key rotate' makes new ones for new data");
      }
    }
    if (slots.slots().size() == 1) {
      warnings.add(
          "the key you are using is the only one: if it is lost, every backup is; 'holdfast key"
              + " kit' makes a second one to print");
    }
    slots.damaged().forEach(damaged -> warnings.add(damaged.text()));
    return warnings;
  }

  /// Lines for a terminal.
  public List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(String.format(Locale.ROOT, "%-16s  %-12s  %s", "SLOT", "OPENED BY", "SINCE"));
    for (Slot slot : slots.slots()) {
      lines.add(
          String.format(
                  Locale.ROOT,
                  "%-16s  %-12s  %-10s%s",
                  slot.id(),
                  Keys.kind(slot),
                  DAY.format(slot.createdAt()),
                  slot.holder() == Holder.US ? "  the key in use" : "")
              .stripTrailing());
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT, "%-16s  %-12s  %-10s  %s", "DATA KEYS OF", "VERSION", "SINCE", "DAYS"));
    for (DataKeys keys : dataKeys) {
      lines.add(
          String.format(
                  Locale.ROOT,
                  "%-16s  %-12d  %-10s  %s",
                  keys.domain(),
                  keys.version(),
                  keys.since().map(DAY::format).orElse("unknown"),
                  days(keys).map(String::valueOf).orElse(""))
              .stripTrailing());
    }
    for (ShreddedDomain domain : shredded) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-16s  %-12s  %-10s",
              domain.name(),
              "shredded",
              ShreddedDomainException.day(domain)));
    }
    return lines;
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(
        "slots",
        slots.slots().stream()
            .map(
                slot -> {
                  Map<String, Object> line = new LinkedHashMap<>();
                  line.put("id", slot.id());
                  line.put("kind", Keys.word(slot.kind()));
                  line.put(
                      "recoveryKit",
                      slot.use() == io.holdfast.repository.crypto.KeySlot.Use.RECOVERY_KIT);
                  line.put("createdAt", slot.createdAt().toString());
                  line.put("inUse", slot.holder() == Holder.US);
                  return line;
                })
            .toList());
    map.put("dataKeys", dataKeys.stream().map(this::map).toList());
    map.put("shredded", shredded.stream().map(KeyReport::map).toList());
    map.put("warnings", warnings());
    return map;
  }

  private Map<String, Object> map(DataKeys keys) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("domain", keys.domain());
    line.put("version", keys.version());
    line.put("since", keys.since().map(Instant::toString));
    line.put("ageDays", days(keys));
    return line;
  }

  private static Map<String, Object> map(ShreddedDomain domain) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("domain", domain.name());
    line.put("shreddedAt", domain.at().toString());
    return line;
  }

  private Optional<Long> days(DataKeys keys) {
    return keys.since().map(since -> Math.max(0, Duration.between(since, now).toDays()));
  }
}

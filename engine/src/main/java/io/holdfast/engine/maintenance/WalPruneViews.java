package io.holdfast.engine.maintenance;

import io.holdfast.base.ByteSize;
import io.holdfast.postgres.Lsn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What becomes of WAL, as people and as scripts see it.
final class WalPruneViews {
  private WalPruneViews() {}

  static List<Map<String, Object>> maps(List<WalPrune.Part> parts) {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (WalPrune.Part part : parts) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("walSource", part.source());
      map.put(
          "walSystemIdentifier",
          Long.toUnsignedString(part.archive().lineage().systemIdentifier()));
      map.put("walTimeline", Integer.toUnsignedString(part.floor().timeline()));
      map.put("walKeptFrom", new Lsn(part.floor().position()).toString());
      part.keptFor().ifPresent(name -> map.put("walKeptFor", name));
      map.put("walObjects", part.objects().size());
      map.put("walBytes", part.bytes());
      maps.add(map);
    }
    return maps;
  }

  static Map<String, Object> map(WalPrune.Report report) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("wal", maps(report.parts()));
    map.put("deletedWalObjects", report.deletions().objects());
    map.put("deletedWalBytes", report.deletions().bytes());
    map.put("refusedWalDeletes", report.deletions().refused());
    map.put("walWaitingForSessions", report.waitingFor().size());
    return map;
  }

  static List<String> describe(List<WalPrune.Part> parts) {
    List<String> lines = new ArrayList<>();
    for (WalPrune.Part part : parts) {
      if (!part.objects().isEmpty()) {
        lines.add(
            "WAL of "
                + part.source()
                + ", timeline "
                + Integer.toUnsignedString(part.floor().timeline())
                + ": kept from "
                + new Lsn(part.floor().position())
                + " on"
                + part.keptFor().map(name -> " for " + name).orElse(", no backup needs it")
                + "; "
                + part.objects().size()
                + " objects of "
                + new ByteSize(part.bytes())
                + " before that go");
      }
    }
    if (lines.isEmpty()) {
      lines.add("no WAL to remove");
    }
    return lines;
  }

  static List<String> describe(WalPrune.Report report) {
    List<String> lines = new ArrayList<>(describe(report.parts()));
    if (!report.waitingFor().isEmpty()) {
      lines.add(
          "no WAL was deleted yet: "
              + report.waitingFor().size()
              + " backups still run; run prune again later, or with --wait");
    } else if (report.deletions().objects() > 0) {
      lines.add(
          "deleted "
              + report.deletions().objects()
              + " WAL objects of "
              + new ByteSize(report.deletions().bytes()));
    }
    if (report.deletions().refused() > 0) {
      lines.add(
          report.deletions().refused()
              + " WAL objects were not deleted by the store; the next run tries again. The first: "
              + report.deletions().refusal());
    }
    return lines;
  }

  static List<Map<String, Object>> mergeMaps(List<WalMerge.Part> parts) {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (WalMerge.Part part : parts) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("walSource", part.archive().lineage().source());
      map.put("walRange", part.merged().toString());
      map.put("walObjects", part.objects().size());
      maps.add(map);
    }
    return maps;
  }

  static Map<String, Object> map(WalMerge.Report report) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mergedWalObjects", small(report.parts()));
    map.put("mergedWalInto", report.parts().size());
    map.put("unmergedWal", report.left());
    map.put("refusedWalMergeDeletes", report.deletions().refused());
    return map;
  }

  static List<String> describeMerge(List<WalMerge.Part> parts) {
    return parts.isEmpty()
        ? List.of()
        : List.of(small(parts) + " small WAL objects become " + parts.size());
  }

  static List<String> describe(WalMerge.Report report) {
    List<String> lines = new ArrayList<>();
    if (!report.parts().isEmpty()) {
      lines.add(
          "merged " + small(report.parts()) + " small WAL objects into " + report.parts().size());
    }
    if (report.deletions().refused() > 0) {
      lines.add(
          report.deletions().refused()
              + " merged WAL objects were not deleted by the store; the next run tries again. The first: "
              + report.deletions().refusal());
    }
    report.left().forEach(left -> lines.add("WAL left as it is: " + left));
    return lines;
  }

  private static long small(List<WalMerge.Part> parts) {
    return parts.stream().mapToLong(part -> part.objects().size()).sum();
  }
}

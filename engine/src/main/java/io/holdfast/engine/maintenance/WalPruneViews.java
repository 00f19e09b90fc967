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
      map.put("walKeptFor", part.keptFor());
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
                + " on for "
                + part.keptFor()
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
}

package io.holdfast.engine.verify;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What `check` saw.
///
/// @param damage what is damaged or missing
/// @param remarks what is not as expected and does no harm
/// @param furtherDamage how much was found beyond what is in `damage`
/// @param orphanPacks packs that no index names
/// @param requests what was asked of the store; empty if nobody counted
public record CheckReport(
    List<String> backups,
    List<Damage> damage,
    long furtherDamage,
    List<String> remarks,
    long packs,
    long orphanPacks,
    Map<String, Long> requests) {
  public CheckReport {
    backups = List.copyOf(backups);
    damage = List.copyOf(damage);
    remarks = List.copyOf(remarks);
    requests = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(requests));
  }

  /// One thing that is damaged or missing.
  ///
  /// @param where an object or a backup
  /// @param affected backups, each with what of it suffers
  /// @param hint what to do
  public record Damage(String where, String what, List<String> affected, String hint) {
    public Damage {
      affected = List.copyOf(affected);
    }

    Map<String, Object> toMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("where", where);
      map.put("what", what);
      map.put("affected", affected);
      map.put("hint", hint);
      return map;
    }
  }

  public boolean isClean() {
    return damage.isEmpty();
  }

  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("clean", isClean());
    map.put("backups", backups);
    map.put("damage", damage.stream().map(Damage::toMap).toList());
    map.put("furtherDamage", furtherDamage);
    map.put("remarks", remarks);
    map.put("packs", packs);
    map.put("orphanPacks", orphanPacks);
    map.put("requests", requests);
    return map;
  }

  public List<String> describe() {
    var lines = new ArrayList<String>();
    for (Damage each : damage) {
      lines.add("DAMAGED  " + each.where() + ": " + each.what());
      each.affected().forEach(suffers -> lines.add("         hits " + suffers));
      lines.add("         " + each.hint());
    }
    remarks.forEach(remark -> lines.add("remark   " + remark));
    if (orphanPacks > 0) {
      lines.add(
          orphanPacks
              + (orphanPacks == 1 ? " pack belongs" : " packs belong")
              + " to no index: left by backups that were cut off or still run; 'holdfast prune'"
              + " removes what is not needed");
    }
    lines.add(
        "looked at %d backup%s and %d packs, without reading their data%s: %s"
            .formatted(backups.size(), backups.size() == 1 ? "" : "s", packs, asked(), verdict()));
    return lines;
  }

  private String asked() {
    if (requests.isEmpty()) {
      return "";
    }
    var parts = new ArrayList<String>();
    requests.forEach((name, count) -> parts.add(count + " " + name));
    return ", by " + String.join(", ", parts) + " requests";
  }

  private String verdict() {
    long all = damage.size() + furtherDamage;
    if (all == 0) {
      return "everything is there";
    }
    String count = all == 1 ? "1 thing is damaged" : all + " things are damaged";
    return furtherDamage == 0 ? count : count + ", the first " + damage.size() + " are shown";
  }
}

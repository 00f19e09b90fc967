package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.WalFloor;
import io.holdfast.repository.wal.WalLineage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a physical backup says about the cluster, kept as attributes of its snapshot.
///
/// @param relationSegmentBytes size at which a relation is cut into files
/// @param pageErrors pages that did not match their checksums; more than 0 means the backup is
///   damaged at its source
public record PhysicalFacts(
    long systemIdentifier,
    int serverVersionNum,
    String serverVersion,
    int timeline,
    Lsn startLsn,
    Lsn stopLsn,
    int pageBytes,
    int relationSegmentBytes,
    int walSegmentBytes,
    boolean pageChecksums,
    long pageErrors,
    List<Space> tablespaces,
    SortedMap<String, String> remarks) {
  private static final int TABLESPACES_MAX = 1_000;

  public PhysicalFacts {
    tablespaces = List.copyOf(tablespaces);
  }

  /// A tablespace outside the data directory.
  public record Space(long oid, String location) {}

  /// The remark that says how many pages looked damaged and could not be judged.
  public static final String UNJUDGED_PAGES = "pages-not-judged";

  /// The tree of the cluster's files.
  public static final String CLUSTER_TREE = "cluster";

  /// The tree of what belongs to the backup but not into the data directory: the server's manifest,
  /// configuration.
  public static final String SIDE_TREE = "side";

  /// Where the WAL begins that the backup needs, with everything after it: recovery to any later
  /// moment begins there, on the backup's timeline and on all that branch off later. It is the
  /// start of the segment that the backup began in, for a server reads whole segments.
  public WalFloor walNeededFrom(WalLineage lineage) {
    Lsn from = new WalSegmentSize(walSegmentBytes).floor(startLsn);
    return new WalFloor(lineage.id(), timeline, from.value());
  }

  public int serverMajor() {
    return serverVersionNum / 10_000;
  }

  /// As attributes of a snapshot.
  public SortedMap<String, String> toAttributes() {
    var map = new TreeMap<String, String>();
    map.put("systemIdentifier", Long.toUnsignedString(systemIdentifier));
    map.put("serverVersionNum", Integer.toString(serverVersionNum));
    map.put("serverVersion", serverVersion);
    map.put("timeline", Integer.toUnsignedString(timeline));
    map.put("startLsn", startLsn.toString());
    map.put("stopLsn", stopLsn.toString());
    map.put("pageBytes", Integer.toString(pageBytes));
    map.put("relationSegmentBytes", Integer.toString(relationSegmentBytes));
    map.put("walSegmentBytes", Integer.toString(walSegmentBytes));
    map.put("pageChecksums", pageChecksums ? "on" : "off");
    map.put("pageErrors", Long.toString(pageErrors));
    for (int i = 0; i < tablespaces.size(); i++) {
      Space space = tablespaces.get(i);
      map.put("tablespace." + i, Long.toUnsignedString(space.oid()) + " " + space.location());
    }
    remarks.forEach((key, value) -> map.put("remark." + key, value));
    return map;
  }

  /// Reads the attributes back.
  ///
  /// @throws BackupException `OBJECT_CORRUPT` if one is missing or malformed
  public static PhysicalFacts of(Map<String, String> attributes) {
    try {
      var spaces = new ArrayList<Space>();
      for (int i = 0; i < TABLESPACES_MAX && attributes.containsKey("tablespace." + i); i++) {
        String[] parts = require(attributes, "tablespace." + i).split(" ", 2);
        spaces.add(new Space(Long.parseUnsignedLong(parts[0]), parts[1]));
      }
      var remarks = new TreeMap<String, String>();
      attributes.forEach(
          (key, value) -> {
            if (key.startsWith("remark.")) {
              remarks.put(key.substring("remark.".length()), value);
            }
          });
      return new PhysicalFacts(
          Long.parseUnsignedLong(require(attributes, "systemIdentifier")),
          Integer.parseInt(require(attributes, "serverVersionNum")),
          require(attributes, "serverVersion"),
          Integer.parseUnsignedInt(require(attributes, "timeline")),
          Lsn.parse(require(attributes, "startLsn")),
          Lsn.parse(require(attributes, "stopLsn")),
          Integer.parseInt(require(attributes, "pageBytes")),
          Integer.parseInt(require(attributes, "relationSegmentBytes")),
          Integer.parseInt(require(attributes, "walSegmentBytes")),
          require(attributes, "pageChecksums").equals("on"),
          Long.parseLong(require(attributes, "pageErrors")),
          spaces,
          remarks);
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new BackupException(
          ErrorCode.OBJECT_CORRUPT,
          "the attributes of the backup cannot be read: " + e.getMessage(),
          "Another backup of this source may be intact: see 'holdfast list'.",
          e);
    }
  }

  private static String require(Map<String, String> attributes, String key) {
    return Optional.ofNullable(attributes.get(key))
        .orElseThrow(() -> new IllegalArgumentException("no attribute " + key));
  }
}

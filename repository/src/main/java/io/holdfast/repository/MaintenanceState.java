package io.holdfast.repository;

import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What maintenance has decided so far, as one number of `maint/` states it.
///
/// @param number 0 before any maintenance
/// @param condemned packs that no writer may rely on any more
/// @param buried packs that may be deleted at any time
/// @param bases ids of the base index shards that hold
/// @param closingBelow sessions below it may not begin, and writers do not use their deltas: they
///   will be sealed. Never below `sealedBelow`
/// @param sealedBelow sessions below it are sealed, except those in `kept`: nothing of them counts
/// @param kept sessions below `sealedBelow` whose snapshots live
/// @param walFloors below them WAL may be deleted at any time; one for each timeline at most
record MaintenanceState(
    long number,
    Set<PackId> condemned,
    Set<PackId> buried,
    List<String> bases,
    Optional<SessionId> closingBelow,
    Optional<SessionId> sealedBelow,
    Set<SessionId> kept,
    List<WalFloor> walFloors) {
  static final int BYTES_MAX = 32 << 20;

  private static final int WITHOUT_FLOORS = 1;
  private static final int WITH_FLOORS = 2;
  static final int PACKS_MAX = 1 << 18;
  private static final int BASES_MAX = 1 << 14;
  static final int SESSIONS_MAX = 1 << 14;
  static final int FLOORS_MAX = 1 << 14;

  MaintenanceState {
    condemned = Set.copyOf(condemned);
    buried = Set.copyOf(buried);
    bases = List.copyOf(bases);
    kept = Set.copyOf(kept);
    walFloors = walFloors.stream().sorted().toList();
    if (!isAnnounced(sealedBelow, closingBelow)) {
      throw new IllegalArgumentException("a floor rises only to where it was announced");
    }
  }

  static MaintenanceState none() {
    return new MaintenanceState(
        0, Set.of(), Set.of(), List.of(), Optional.empty(), Optional.empty(), Set.of(), List.of());
  }

  MaintenanceState withWalFloors(List<WalFloor> floors) {
    return new MaintenanceState(
        number, condemned, buried, bases, closingBelow, sealedBelow, kept, floors);
  }

  MaintenanceState withNumber(long newNumber) {
    return new MaintenanceState(
        newNumber, condemned, buried, bases, closingBelow, sealedBelow, kept, walFloors);
  }

  /// Whether nothing of this session counts: neither its slots nor its deltas.
  boolean isSealed(SessionId session) {
    return isBelowFloor(session) && !kept.contains(session);
  }

  /// Whether a session is sealed or among those that were kept: base shards have its index.
  boolean isBelowFloor(SessionId session) {
    return sealedBelow.filter(floor -> session.compareTo(floor) < 0).isPresent();
  }

  /// Whether a session may be sealed before another one that sees this state has committed: it may
  /// not begin, and writers leave out its deltas, kept or not.
  boolean isClosing(SessionId session) {
    return closingBelow.filter(floor -> session.compareTo(floor) < 0).isPresent();
  }

  private static boolean isAnnounced(Optional<SessionId> sealed, Optional<SessionId> closing) {
    return sealed.isEmpty() || (closing.isPresent() && sealed.get().compareTo(closing.get()) <= 0);
  }

  byte[] encode() {
    RecordWriter out =
        new RecordWriter().u8(walFloors.isEmpty() ? WITHOUT_FLOORS : WITH_FLOORS).u64(number);
    packs(out, condemned);
    packs(out, buried);
    out.u32(bases.size());
    for (String base : bases) {
      out.raw(java.util.HexFormat.of().parseHex(base));
    }
    floor(out, closingBelow);
    floor(out, sealedBelow);
    out.u32(kept.size());
    for (SessionId session : kept.stream().sorted().toList()) {
      out.raw(session.toBytes());
    }
    if (!walFloors.isEmpty()) {
      out.u32(walFloors.size());
      for (WalFloor floor : walFloors) {
        out.raw(java.util.HexFormat.of().parseHex(floor.lineage()))
            .u32(floor.timeline())
            .u64(floor.position());
      }
    }
    return out.toBytes();
  }

  static MaintenanceState decode(byte[] plain, String what) {
    RecordReader in = new RecordReader(plain, what);
    int version = in.u8();
    if (version != WITHOUT_FLOORS && version != WITH_FLOORS) {
      throw in.damaged("has a record version this program does not know");
    }
    long number = in.u64();
    Set<PackId> condemned = packs(in);
    Set<PackId> buried = packs(in);
    List<String> bases = new ArrayList<>();
    for (int i = in.count(BASES_MAX); i > 0; i--) {
      bases.add(java.util.HexFormat.of().formatHex(in.raw(Hex16.BYTES)));
    }
    Optional<SessionId> closing = floor(in);
    Optional<SessionId> sealed = floor(in);
    if (!isAnnounced(sealed, closing)) {
      throw in.damaged("has a floor that was not announced");
    }
    Set<SessionId> kept = new HashSet<>();
    for (int i = in.count(SESSIONS_MAX); i > 0; i--) {
      kept.add(SessionId.of(in.raw(Hex16.BYTES)));
    }
    List<WalFloor> floors = version == WITH_FLOORS ? walFloors(in) : List.of();
    in.end();
    return new MaintenanceState(number, condemned, buried, bases, closing, sealed, kept, floors);
  }

  private static List<WalFloor> walFloors(RecordReader in) {
    List<WalFloor> floors = new ArrayList<>();
    for (int i = in.count(FLOORS_MAX); i > 0; i--) {
      String lineage = java.util.HexFormat.of().formatHex(in.raw(Hex16.BYTES));
      floors.add(new WalFloor(lineage, in.u32(), in.u64()));
    }
    return floors;
  }

  private static void floor(RecordWriter out, Optional<SessionId> floor) {
    out.u8(floor.isPresent() ? 1 : 0);
    floor.ifPresent(session -> out.raw(session.toBytes()));
  }

  private static Optional<SessionId> floor(RecordReader in) {
    return switch (in.u8()) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(SessionId.of(in.raw(Hex16.BYTES)));
      default -> throw in.damaged("has a bad flag");
    };
  }

  private static void packs(RecordWriter out, Set<PackId> packs) {
    out.u32(packs.size());
    for (PackId pack :
        packs.stream().sorted(java.util.Comparator.comparing(PackId::toString)).toList()) {
      out.raw(pack.session().toBytes()).u32(pack.sequence()).raw(pack.digest().toBytes());
    }
  }

  private static Set<PackId> packs(RecordReader in) {
    Set<PackId> packs = new HashSet<>();
    for (int i = in.count(PACKS_MAX); i > 0; i--) {
      SessionId session = SessionId.of(in.raw(Hex16.BYTES));
      int sequence = in.u32();
      packs.add(new PackId(session, sequence, in.digest()));
    }
    return packs;
  }
}

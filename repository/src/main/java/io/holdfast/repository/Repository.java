package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.repository.IndexLoader.Loaded;
import io.holdfast.repository.IndexLoader.Use;
import io.holdfast.repository.crypto.Pool;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.BlobStat;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// An encrypted repository in a [BlobStore]. The format is specified in
/// `docs/format/repository.md`. May be used from several threads; does not own the store.
public final class Repository implements AutoCloseable {
  /// The domain of all backups that belong to nobody in particular.
  public static final String MAIN_DOMAIN = "main";

  private static final int SESSION_TRIES_MAX = 8;

  private final BlobStore store;
  private final RepositoryOptions options;
  private final FormatObject format;
  private final RootKey root;
  private final KeyDomains domains;
  private final Domain main;
  private final ResolvedPut puts;
  private final SessionLog log;
  private final MaintenanceLog maintenance;
  private final IndexLoader loader;
  private final Pool<FrameSealer> sealers;

  private Repository(
      BlobStore store,
      RepositoryOptions options,
      FormatObject format,
      RootKey root,
      KeyDomains domains) {
    this.store = store;
    this.options = options;
    this.format = format;
    this.root = root;
    this.domains = domains;
    this.main = domains.main();
    this.puts = new ResolvedPut(store, options.pause());
    this.log = new SessionLog(store, main, puts);
    this.maintenance = domains.maintenance();
    this.loader = new IndexLoader(store, main, maintenance);
    this.sealers = new Pool<>(() -> new FrameSealer(options.entropy(), options.zstdLevel()));
  }

  /// A new repository and the page to print: a second key to it.
  public record Initialized(Repository repository, Secret recoveryKit) {}

  /// What can be listed, and what could not be read while listing.
  ///
  /// @param shredded snapshots that nobody has forgotten, in domains that were shredded: they are
  ///   no more
  /// @param damaged slots that cannot be read or are missing: each may be a backup
  /// @param undecided maintenance states that cannot be read: a snapshot may have been removed by
  ///   them, none is hidden
  public record SnapshotListing(
      List<StoredSnapshot> snapshots,
      List<StoredSnapshot> shredded,
      List<CorruptRepositoryException> damaged,
      List<CorruptRepositoryException> undecided) {
    public SnapshotListing {
      snapshots = List.copyOf(snapshots);
      shredded = List.copyOf(shredded);
      damaged = List.copyOf(damaged);
      undecided = List.copyOf(undecided);
    }
  }

  /// Makes a repository.
  ///
  /// @throws BackupException `REPOSITORY_EXISTS`
  public static Initialized init(BlobStore store, KeyMaterial key, RepositoryOptions options)
      throws IOException {
    return RepositoryCreation.create(store, key, options);
  }

  /// Makes a repository that shares the key space of `like`: the same chunks have the same ids in
  /// both, so they are exchanged as they are. It has an id, slots and a recovery kit of its own.
  ///
  /// @throws BackupException `REPOSITORY_EXISTS`; `REPOSITORY_PLACE_UNUSABLE` if keys lie there
  public static Initialized initLike(
      BlobStore store, KeyMaterial key, RepositoryOptions options, Repository like)
      throws IOException {
    return RepositoryCreation.createLike(store, key, options, like);
  }

  /// Opens a repository.
  ///
  /// @throws BackupException `REPOSITORY_MISSING`, `REPOSITORY_TOO_NEW`, `KEY_WRONG`
  public static Repository open(BlobStore store, KeyMaterial key, RepositoryOptions options)
      throws IOException {
    try {
      FormatObject format = readFormat(store);
      return assemble(store, options, format, RootKey.unlock(store, format, key));
    } catch (CorruptRepositoryException e) {
      throw e.inTheWay();
    }
  }

  /// The same repository over the same store, with the keys that are there now. Each of both is
  /// closed by itself.
  public Repository reopened() throws IOException {
    return assemble(
        store,
        options,
        format,
        new RootKey(root.expose().clone(), format, root.opener(), root.slot()));
  }

  static Repository assemble(
      BlobStore store, RepositoryOptions options, FormatObject format, RootKey root)
      throws IOException {
    return new Repository(
        store, options, format, root, KeyDomains.open(store, options, format, root));
  }

  static FormatObject readFormat(BlobStore store) throws IOException {
    try {
      long bytes =
          store
              .stat(ObjectNames.FORMAT)
              .orElseThrow(() -> new NoSuchBlobException("no format/v1"))
              .bytes();
      if (bytes > FormatObject.BYTES_MAX) {
        throw CorruptRepositoryException.damaged("format/v1 has " + bytes + " bytes");
      }
      return FormatObject.decode(store.get(ObjectNames.FORMAT, FormatObject.BYTES_MAX));
    } catch (NoSuchBlobException e) {
      if (holdsSessions(store)) {
        throw CorruptRepositoryException.missing(
            "format/v1 is missing at " + store.describe() + ", though backups were written there");
      }
      throw new BackupException(
          ErrorCode.REPOSITORY_MISSING,
          "there is no repository at " + store.describe(),
          "Check the place, or make a repository there with 'holdfast init'.",
          e);
    }
  }

  private static boolean holdsSessions(BlobStore store) throws IOException {
    boolean[] any = new boolean[1];
    store.list(ObjectNames.LOG, _ -> any[0] = true);
    return any[0];
  }

  public RepositoryId id() {
    return format.id();
  }

  public BlobStore store() {
    return store;
  }

  public RepositoryOptions options() {
    return options;
  }

  /// A key domain; its keys are made when there are none yet.
  ///
  /// @throws ShreddedDomainException if it was shredded
  public Domain domain(String name) throws IOException {
    return domains.make(name);
  }

  /// A key domain that exists; for reading, where making keys would only hide that they are lost.
  public Optional<Domain> findDomain(String name) throws IOException {
    return domains.find(name);
  }

  /// The keys that open this repository, and those that its data is sealed under.
  public Keyring keyring() {
    return new Keyring(store, options, format, root, puts, domains);
  }

  /// A session that stores in the main domain.
  public BackupSession beginSession() throws IOException {
    return beginSession(MAIN_DOMAIN);
  }

  /// Registers a session, then reads what it may refer to; in this order. All its chunks are in one
  /// domain, whose keys are made if there are none; it knows no chunks of others.
  ///
  /// @throws BackupException `BAD_ARGUMENT` if backups cannot be in a domain of that name
  /// @throws ShreddedDomainException if the domain was shredded
  public BackupSession beginSession(String domain) throws IOException {
    Domain.requireDataName(domain);
    Domain data = domains.find(domain).isPresent() ? domains.make(domain) : begin(domain);
    for (int attempt = 0; attempt < SESSION_TRIES_MAX; attempt++) {
      SessionId id = SessionId.create(options.clock().instant(), options.entropy());
      SnapshotId place = new SnapshotId(id, 0);
      byte[] open = log.seal(place, new SlotRecord.Open(options.clock().instant(), Digest.zero()));
      if (log.claim(place, open) != ResolvedPut.Owner.OURS) {
        continue;
      }
      Loaded loaded = loadOrClose(id, open, data);
      if (!loaded.state().isClosing(id)) {
        return new PackedSession(
            new PackedSession.SessionContext(
                store, format.id(), domains, data, options, puts, log, maintenance, sealers),
            id,
            Digest.of(open),
            loaded);
      }
    }
    throw new BackupException(
        ErrorCode.SESSION_KILLED,
        "maintenance has closed the ids of sessions that begin now",
        "Compare this machine's clock with that of the machine that runs maintenance.");
  }

  /// A domain that has no keys yet. Where backups or packs are of it, its keys were lost: new ones
  /// would hide that, and stand in the way of those that somebody puts back.
  private Domain begin(String domain) throws IOException {
    requireNew(domain);
    return domains.make(domain);
  }

  /// Requires what [#beginSession(String)] does, as far as it shows without writing.
  ///
  /// @throws BackupException as that
  public void requireWritable(String domain) throws IOException {
    Domain.requireDataName(domain);
    if (domains.find(domain).isEmpty()) {
      requireNew(domain);
    }
    domains.shreds().requireAlive(root.domainId(domain));
    var _ = maintenance.newest().require();
  }

  private void requireNew(String domain) throws IOException {
    domains.shreds().requireAlive(root.domainId(domain));
    boolean isKnown =
        snapshotListing().snapshots().stream()
            .anyMatch(snapshot -> snapshot.record().domain().equals(domain));
    if (isKnown || loader.load(Use.READ).index().hasDomain(root.domainId(domain))) {
      throw CorruptRepositoryException.missing(
          "the keys of domain '"
              + domain
              + "' are missing, though there is data of it: put "
              + ObjectNames.DOMAINS
              + root.domainId(domain).hex()
              + "/ back from a copy of the repository");
    }
  }

  /// A session that cannot begin says that it has ended, so that nobody waits for it.
  private Loaded loadOrClose(SessionId id, byte[] open, Domain data) throws IOException {
    try {
      return loader.loadForWriting(data.id());
    } catch (IOException | RuntimeException e) {
      try {
        SnapshotId place = new SnapshotId(id, 1);
        SlotRecord close = new SlotRecord.Close(options.clock().instant(), Digest.of(open));
        var _ = log.claim(place, log.seal(place, close));
      } catch (IOException | RuntimeException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  /// Committed snapshots that are neither forgotten nor of a sealed session, oldest first.
  public List<StoredSnapshot> snapshots() throws IOException {
    return snapshotListing().snapshots();
  }

  /// As [#snapshots], with what could not be read. One damaged slot never hides others.
  public SnapshotListing snapshotListing() throws IOException {
    List<BlobStat> slots = new ArrayList<>();
    store.list(ObjectNames.LOG, slots::add);
    SlotGaps gaps = new SlotGaps(slots);
    // Read after the listing: a slot of a session that was sealed before it arrived never counts.
    MaintenanceLog.Newest newest = maintenance.newest();
    Set<SnapshotId> forgotten = maintenance.forgotten();
    List<StoredSnapshot> snapshots = new ArrayList<>();
    List<CorruptRepositoryException> damaged = new ArrayList<>();
    for (BlobStat slot : slots) {
      var place = ObjectNames.parseLog(slot.key());
      if (place.isEmpty()
          || place.get().slot() == 0
          || newest.state().isSealed(place.get().session())
          || forgotten.contains(place.get())) {
        continue;
      }
      try {
        readSnapshot(slot, place.get(), snapshots);
      } catch (CorruptRepositoryException e) {
        damaged.add(e);
      }
    }
    for (SnapshotId gap : gaps.missing()) {
      BlobKey key = ObjectNames.log(gap.session(), gap.slot());
      // A slot that was written while we listed is there by now.
      if (!newest.state().isSealed(gap.session()) && store.stat(key).isEmpty()) {
        damaged.add(CorruptRepositoryException.missing(key + " is missing: it may be a backup"));
      }
    }
    LostSessions lost = new LostSessions(store, maintenance, slots);
    // Packs are many; they are asked only where the answer would be that there is nothing at all.
    boolean nothing = snapshots.isEmpty() && damaged.isEmpty();
    damaged.addAll(nothing ? lost.byDeltasAndPacks() : lost.byDeltas());
    snapshots.sort((a, b) -> a.id().compareTo(b.id()));
    // Read after the listing: what was committed later than the tombstone is as good as shredded.
    List<StoredSnapshot> shredded =
        snapshots.stream().anyMatch(snapshot -> Domain.isShreddable(snapshot.record().domain()))
            ? shredded(snapshots)
            : List.of();
    snapshots.removeAll(shredded);
    return new SnapshotListing(snapshots, shredded, damaged, newest.damaged());
  }

  /// The domain that a backup was shredded with, as long as its slot is there: a prune takes that
  /// away some day, and then nobody knows of it.
  ///
  /// @param wanted which backup; the latest of several counts
  public Optional<ShreddedDomain> shreddedBackup(Predicate<SnapshotRecord> wanted)
      throws IOException {
    List<BlobStat> slots = new ArrayList<>();
    store.list(ObjectNames.LOG, slots::add);
    Map<String, ShreddedDomain> shredded = new HashMap<>();
    shreddedDomains().forEach(domain -> shredded.put(domain.name(), domain));
    List<StoredSnapshot> found = new ArrayList<>();
    for (BlobStat slot : shredded.isEmpty() ? List.<BlobStat>of() : slots.reversed()) {
      var place = ObjectNames.parseLog(slot.key());
      try {
        if (place.isPresent() && place.get().slot() > 0) {
          readSnapshot(slot, place.get(), found);
        }
      } catch (CorruptRepositoryException _) {
        // Others tell of what is damaged in the list.
      }
    }
    return found.stream()
        .map(StoredSnapshot::record)
        .filter(wanted)
        .flatMap(record -> Optional.ofNullable(shredded.get(record.domain())).stream())
        .findFirst();
  }

  private List<StoredSnapshot> shredded(List<StoredSnapshot> snapshots) throws IOException {
    Set<String> names = new HashSet<>();
    domains.shreds().all().values().forEach(domain -> names.add(domain.name()));
    return snapshots.stream()
        .filter(snapshot -> names.contains(snapshot.record().domain()))
        .toList();
  }

  private void readSnapshot(BlobStat slot, SnapshotId place, List<StoredSnapshot> snapshots)
      throws IOException {
    // No slot has 0 bytes; a store shows what is no file at all so.
    if (slot.bytes() == 0 || slot.bytes() > SlotRecord.OBJECT_BYTES_MAX) {
      throw CorruptRepositoryException.damaged(slot.key() + " has " + slot.bytes() + " bytes");
    }
    try {
      SessionLog.StoredSlot read = log.read(place);
      if (read.record() instanceof SlotRecord.Snapshot snapshot) {
        snapshots.add(new StoredSnapshot(place, snapshot.record(), read.digest()));
      }
    } catch (NoSuchBlobException e) {
      // Forgotten and deleted between the listing and now: it is no longer a snapshot.
      return;
    }
  }

  /// Reads chunks of all domains, by an index that is loaded now; as seen from the main domain, see
  /// [ChunkReader#in].
  public ChunkReader reader() throws IOException {
    return new IndexedReader(store, domains, () -> loader.load(Use.READ), options.distance());
  }

  /// Reads the chunks of one backup, by an index that is loaded now.
  public ChunkReader reader(SnapshotRecord backup) throws IOException {
    return reader().in(backup.domain());
  }

  /// As [#reader], by the tables of the packs alone: what is left when the index is lost. Lists and
  /// reads every pack's end.
  public ChunkReader readerFromPackTables() throws IOException {
    return new IndexedReader(store, domains, () -> PackTables.index(store, domains));
  }

  /// Looks at everything that is stored.
  public Verification verification() {
    return new Verification(
        new Verification.Parts(store, format, root, domains, log, maintenance, loader));
  }

  /// Makes snapshots count no more. What they alone needed stays until it is pruned; until then
  /// removing the tombstone by hand brings a snapshot back.
  ///
  /// @throws IOException if nobody can say whether all of them are forgotten; repeating is safe
  public void forget(Collection<SnapshotId> snapshots) throws IOException {
    for (SnapshotId snapshot : snapshots) {
      maintenance.forget(puts, snapshot);
    }
  }

  /// Makes everything in a key domain unreadable.
  public Shredding shredding(String domain) {
    return new Shredding(this, domain);
  }

  /// The domains that were shredded, by name.
  public List<ShreddedDomain> shreddedDomains() throws IOException {
    return domains.shreds().all().values().stream()
        .sorted(Comparator.comparing(ShreddedDomain::name))
        .toList();
  }

  /// What was erased and is not to come back.
  public ErasureLog erasures() {
    return new ErasureLog(this);
  }

  /// Removes what no snapshot needs.
  ///
  /// @param references knows what the snapshots of this repository consist of
  public Pruning pruning(SnapshotReferences references) {
    return new Pruning(this, references);
  }

  /// Which packs were read back and when, by what `check/` says now.
  public Proofs proofs() throws IOException {
    return Proofs.read(this);
  }

  /// Mends what can be mended from what is left.
  public Repairing repairing(RepairPolicy policy) {
    return new Repairing(this, policy);
  }

  /// Below which positions WAL may be deleted.
  public WalFloors walFloors() {
    return new WalFloors(this);
  }

  IndexedReader readerOf(Loaded loaded) throws IOException {
    return new IndexedReader(store, domains, () -> loaded, options.distance());
  }

  FormatObject format() {
    return format;
  }

  RootKey root() {
    return root;
  }

  Domain mainDomain() {
    return main;
  }

  KeyDomains domains() {
    return domains;
  }

  ResolvedPut puts() {
    return puts;
  }

  SessionLog log() {
    return log;
  }

  MaintenanceLog maintenance() {
    return maintenance;
  }

  IndexLoader loader() {
    return loader;
  }

  /// Wipes the keys and releases memory outside the heap. The store stays open.
  @Override
  public void close() {
    try {
      sealers.drain(FrameSealer::close);
    } finally {
      domains.wipe();
      root.close();
    }
  }
}

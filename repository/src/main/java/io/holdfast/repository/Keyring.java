package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.repository.crypto.KeySlot;
import io.holdfast.repository.crypto.KeySlot.Use;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.NoSuchBlobException;
import java.io.IOException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The keys of a repository: *slots*, each of which lets one key in, and for each *domain* the
/// versions of the keys that its data is sealed under. Changing slots touches no data. Whoever once
/// opened the repository may have kept what was inside: removing a slot keeps a key out from now
/// on, it cannot make it forget.
public final class Keyring {
  /// Shorter beginnings of ids are refused, so that a slip of the finger removes nothing.
  private static final int PREFIX_MIN = 4;

  private final BlobStore store;
  private final RepositoryOptions options;
  private final FormatObject format;
  private final RootKey root;
  private final ResolvedPut puts;
  private final KeyDomains domains;

  Keyring(
      BlobStore store,
      RepositoryOptions options,
      FormatObject format,
      RootKey root,
      ResolvedPut puts,
      KeyDomains domains) {
    this.store = store;
    this.options = options;
    this.format = format;
    this.root = root;
    this.puts = puts;
    this.domains = domains;
  }

  /// Who is asking through a slot.
  public enum Holder {
    /// The key that this repository was opened with.
    US,
    SOMEBODY
  }

  /// One way in.
  ///
  /// @param id 16 hexadecimal digits
  /// @param createdAt by the clock of whoever made it
  public record Slot(String id, KeySlot.Kind kind, Use use, Instant createdAt, Holder holder) {}

  /// The ways in, oldest first, and what lies among them and cannot be read.
  public record Slots(List<Slot> slots, List<CorruptRepositoryException> damaged) {
    public Slots {
      slots = List.copyOf(slots);
      damaged = List.copyOf(damaged);
    }
  }

  /// The keys that the data of a domain is sealed under.
  ///
  /// @param version the newest, which all new data is sealed under; the older ones only open
  /// @param since when it was made, if that is known
  public record DataKeys(String domain, int version, Optional<Instant> since) {}

  /// A new recovery kit.
  ///
  /// @param slot id of the slot that it opens
  /// @param page the text to print
  public record Kit(String slot, Secret page) {}

  public Slots slots() throws IOException {
    List<Slot> slots = new ArrayList<>();
    List<CorruptRepositoryException> damaged = new ArrayList<>();
    for (String id : RootKey.slotIds(store)) {
      try {
        KeySlot slot = RootKey.slot(store, id);
        slots.add(
            new Slot(
                id,
                slot.kind(),
                slot.use(),
                slot.createdAt(),
                id.equals(root.slot()) ? Holder.US : Holder.SOMEBODY));
      } catch (CorruptRepositoryException e) {
        damaged.add(e);
      } catch (NoSuchBlobException _) {
        // Removed since the listing: no slot any more.
      }
    }
    slots.sort(
        (a, b) -> {
          int byTime = a.createdAt().compareTo(b.createdAt());
          return byTime != 0 ? byTime : a.id().compareTo(b.id());
        });
    return new Slots(slots, damaged);
  }

  /// The slot of the key that opened this repository.
  public String ourSlot() {
    return root.slot();
  }

  /// Lets another key in. It is tried before this returns. One that is in already gets no second
  /// slot: taking the first away would not keep it out.
  ///
  /// @return id of its slot
  public String add(KeyMaterial key) throws IOException {
    List<String> known = RootKey.openedBy(store, format, key);
    if (!known.isEmpty()) {
      return known.getFirst();
    }
    requireRoom();
    KeySlot made = RepositoryCreation.addSlot(puts, options, format.id(), root, key, Use.UNSAID);
    prove(made.id(), key);
    return made.id();
  }

  /// Makes one more recovery kit; the earlier ones stay good.
  public Kit addKit() throws IOException {
    requireRoom();
    RepositoryCreation.Kit kit = RepositoryCreation.addKit(puts, options, format.id(), root);
    prove(kit.slot(), RecoveryKit.parse(kit.page()));
    return new Kit(kit.slot(), kit.page());
  }

  /// Which slot a removal would remove.
  ///
  /// @param id the slot's, or at least its first four digits
  /// @throws BackupException `BAD_ARGUMENT` if there is no such slot, or if it is the one that
  ///   opened this repository: so at least one way in is always left
  public Slot removable(String id) throws IOException {
    if (id.length() < PREFIX_MIN) {
      throw refused(
          "'" + id + "' is too short to name a slot", "Give at least four digits of its id.");
    }
    List<Slot> found = slots().slots().stream().filter(slot -> slot.id().startsWith(id)).toList();
    if (found.size() != 1) {
      throw refused(
          found.isEmpty() ? "there is no slot " + id : "several slots begin with " + id,
          "'holdfast key list' shows the slots.");
    }
    Slot slot = found.getFirst();
    if (slot.holder() == Holder.US) {
      throw refused(
          "slot " + slot.id() + " is that of the key you are using",
          "Open the repository with another key to remove this one.");
    }
    return slot;
  }

  /// Keeps a key out from now on.
  ///
  /// @throws BackupException as [#removable]
  public Slot remove(String id) throws IOException {
    Slot slot = removable(id);
    BlobKey ours = ObjectNames.keySlot(root.slot());
    byte[] object = store.get(ours, KeySlot.BYTES);
    store.delete(ObjectNames.keySlot(slot.id()));
    // Two people who remove each other at the same moment must not leave a repository without keys.
    var _ = puts.put(ours, object);
    return slot;
  }

  /// Lets another key in, and then ours out: by every slot that it opens.
  ///
  /// @return id of the new slot
  /// @throws BackupException as [#requireOther]
  public String replaceOurs(KeyMaterial key) throws IOException {
    List<String> ours = RootKey.openedBy(store, format, root.opener());
    // If it is ours, nothing is made.
    String made = add(key);
    if (ours.contains(made)) {
      throw isOurs();
    }
    for (String slot : ours) {
      store.delete(ObjectNames.keySlot(slot));
    }
    return made;
  }

  /// @throws BackupException `BAD_ARGUMENT` if it is the key that opened this repository
  public void requireOther(KeyMaterial key) throws IOException {
    if (RootKey.openedBy(store, format, key).contains(root.slot())) {
      throw isOurs();
    }
  }

  private static BackupException isOurs() {
    return refused(
        "the new key is the one that is in use",
        "Name a file that does not exist yet, and a key is made there; or give another passphrase.");
  }

  /// The newest keys of every domain, by name. What [#damage] names is left out where it has never
  /// been rotated: an `init` that was cut off may have left it.
  public List<DataKeys> dataKeys() throws IOException {
    List<DataKeys> result = new ArrayList<>();
    for (DomainId id : living()) {
      try {
        result.add(dataKeys(newest(id)));
      } catch (ShreddedDomainException _) {
        // A moment ago.
      }
    }
    result.sort((a, b) -> a.domain().compareTo(b.domain()));
    return result;
  }

  private DataKeys dataKeys(DomainKeys newest) {
    Optional<Instant> since =
        newest.version == 1 && newest.name.equals(Repository.MAIN_DOMAIN)
            ? newest.createdAt().or(() -> Optional.of(format.createdAt()))
            : newest.createdAt();
    return new DataKeys(newest.name, newest.version, since);
  }

  /// Makes new keys for the data of every domain, or of one. Programs that run take them when they
  /// start anew; they can read what is written under them at once. Older data stays as it is.
  ///
  /// @param domain its name; empty for all
  /// @throws BackupException `BAD_ARGUMENT` if there is no such domain
  /// @throws ShreddedDomainException if it was shredded
  public List<DataKeys> rotate(Optional<String> domain) throws IOException {
    if (domain.isPresent()) {
      return List.of(rotate(root.domainId(domain.get()), domain.get()));
    }
    List<DataKeys> result = new ArrayList<>();
    Optional<ShreddedDomainException> undone = Optional.empty();
    for (DomainId id : living()) {
      try {
        result.add(rotate(id, id.hex()));
      } catch (ShreddedDomainException e) {
        // Somebody did that after we looked; the others get their keys. What was put meanwhile and
        // could not be taken away again is a key of what should have none.
        undone = e.getSuppressed().length > 0 ? Optional.of(e) : undone;
      }
    }
    if (undone.isPresent()) {
      throw undone.get();
    }
    return result;
  }

  private DataKeys rotate(DomainId id, String shown) throws IOException {
    domains.shreds().requireAlive(id);
    if (root.domainKeys(store, id).isEmpty()) {
      // The keys may have gone since.
      domains.shreds().requireAlive(id);
      throw refused("there is no domain '" + shown + "'", "'holdfast key list' shows the domains.");
    }
    Instant now = options.clock().instant();
    DomainKeys next = newest(id).next(options.entropy(), now);
    // Where somebody else was first, the keys are just as new.
    var _ = puts.put(ObjectNames.domain(id, next.version), root.wrap(options, id, next));
    domains.requireStillAlive(id, next.name, next.version);
    DataKeys made = new DataKeys(next.name, next.version, Optional.of(now));
    next.wipe();
    return made;
  }

  /// Everything about keys that cannot be read; empty if each domain's data can be opened.
  public List<CorruptRepositoryException> damage() throws IOException {
    List<CorruptRepositoryException> damage = new ArrayList<>(slots().damaged());
    for (DomainId id : KeySpace.allDomains(store)) {
      try {
        var _ = root.domainKeys(store, id);
      } catch (CorruptRepositoryException e) {
        damage.add(e);
      }
    }
    return damage;
  }

  private List<DomainId> living() throws IOException {
    Set<DomainId> shredded = domains.shreds().all().keySet();
    return KeySpace.domains(store, root).stream().filter(id -> !shredded.contains(id)).toList();
  }

  private DomainKeys newest(DomainId id) throws IOException {
    var versions = root.domainKeys(store, id);
    int newest = versions.keySet().stream().mapToInt(version -> version).max().orElse(0);
    DomainKeys keys = versions.get(newest);
    if (keys == null) {
      domains.shreds().requireAlive(id);
      throw CorruptRepositoryException.missing("the keys of domain " + id + " are missing");
    }
    return keys;
  }

  private void requireRoom() throws IOException {
    if (slots().slots().size() >= KeySlot.SLOTS_MAX) {
      throw refused(
          "the repository has " + KeySlot.SLOTS_MAX + " key slots, and no room for another",
          "Remove one that nobody uses with 'holdfast key remove'.");
    }
  }

  /// A slot that does not open would be found out on the worst day.
  private void prove(String id, KeyMaterial key) throws IOException {
    byte[] opened =
        RootKey.slot(store, id)
            .open(format.id(), key)
            .orElseThrow(() -> CorruptRepositoryException.damaged("slot " + id + " does not open"));
    boolean same = MessageDigest.isEqual(opened, root.expose());
    Arrays.fill(opened, (byte) 0);
    if (!same) {
      throw CorruptRepositoryException.damaged("slot " + id + " holds another key");
    }
  }

  private static BackupException refused(String message, String hint) {
    return new BackupException(ErrorCode.BAD_ARGUMENT, message, hint);
  }
}

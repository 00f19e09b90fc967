package io.holdfast.engine.keys;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.KeyFiles;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.repository.Domain;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Keyring;
import io.holdfast.repository.Keyring.Slot;
import io.holdfast.repository.Repository;
import io.holdfast.repository.crypto.KeySlot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The keys of a repository: list, add, remove, rotate, recovery kits, and the proof that they
/// open.
public final class Keys {
  private final EngineContext context;
  private final Repository repository;
  private final Keyring keyring;

  public Keys(EngineContext context, OpenRepository repository) {
    this.context = context;
    this.repository = repository.repository();
    this.keyring = this.repository.keyring();
  }

  /// One way in.
  ///
  /// @param kind what opens it, in words
  public record WayIn(String slot, String kind) {
    static WayIn of(Slot slot) {
      return new WayIn(slot.id(), Keys.kind(slot));
    }
  }

  /// A new recovery kit.
  ///
  /// @param slot id of the slot that it opens
  /// @param page the text to print
  public record Kit(String slot, Secret page) {}

  /// Data keys that were made.
  public record NewDataKeys(String domain, int version) {}

  /// A source whose keys are there.
  ///
  /// @param isNew whether they were made
  public record Source(String name, boolean isNew) {}

  /// A key that was let in.
  ///
  /// @param slot id of its slot
  /// @param made the key file, if a new one was made
  public record Added(String slot, Optional<Path> made) {}

  /// What a rotation did.
  ///
  /// @param dataKeys the new versions
  /// @param replaced the key that took the place of the one in use, if one was given
  public record Rotated(List<NewDataKeys> dataKeys, Optional<Added> replaced) {
    public Rotated {
      dataKeys = List.copyOf(dataKeys);
    }
  }

  public KeyReport list() {
    return Failures.translate(
        "list keys",
        () -> {
          Instant now = context.clock().instant();
          return new KeyReport(
              keyring.slots(), keyring.dataKeys(), repository.shreddedDomains(), now);
        });
  }

  public Added add(NewKey key) {
    return Failures.translate(
        "add a key",
        () -> {
          Optional<Path> made = makeIfMissing(key);
          return new Added(keyring.add(material(key)), made);
        });
  }

  /// Makes the keys that a source's WAL and backups are sealed under, so that whoever backs it up
  /// need not be allowed to write keys.
  ///
  /// @param intoDomain that its backups go into; empty for the main one
  public Source addSource(String name, Optional<String> intoDomain) {
    String domain = intoDomain.orElse(Repository.MAIN_DOMAIN);
    Settings.requireSource(name);
    Domain.requireDataName(domain);
    return Failures.translate(
        "make the keys of source '" + name + "'",
        () -> {
          boolean isKnown = repository.findDomain(domain).isPresent();
          Domain _ = repository.domain(domain);
          return new Source(name, SourceWal.makeKeys(repository, name) || !isKnown);
        });
  }

  /// The slot that [#remove] would remove; the same refusals.
  public WayIn removable(String id) {
    return Failures.translate("remove a key", () -> WayIn.of(keyring.removable(id)));
  }

  public WayIn remove(String id) {
    return Failures.translate("remove a key", () -> WayIn.of(keyring.remove(id)));
  }

  public Kit kit() {
    return Failures.translate(
        "make a recovery kit",
        () -> {
          Keyring.Kit made = keyring.addKit();
          return new Kit(made.slot(), made.page());
        });
  }

  /// Makes new keys for new data and, where `replacement` is given, lets that key in and the one in
  /// use out.
  ///
  /// @param domain the only domain that gets new keys; empty for all
  public Rotated rotate(Optional<String> domain, Optional<NewKey> replacement) {
    return Failures.translate(
        "rotate keys",
        () -> {
          // First what can be wrong with the user's input: a rotation is not done by halves.
          Optional<Path> made = Optional.empty();
          Optional<KeyMaterial> material = Optional.empty();
          if (replacement.isPresent()) {
            made = makeIfMissing(replacement.get());
            material = Optional.of(material(replacement.get()));
            keyring.requireOther(material.get());
          }
          List<NewDataKeys> dataKeys =
              keyring.rotate(domain).stream()
                  .map(keys -> new NewDataKeys(keys.domain(), keys.version()))
                  .toList();
          Optional<Added> replaced =
              material.isEmpty()
                  ? Optional.empty()
                  : Optional.of(new Added(keyring.replaceOurs(material.get()), made));
          return new Rotated(dataKeys, replaced);
        });
  }

  /// Proves that the key in use opens everything that other keys hang on.
  ///
  /// @return the slot that it opened
  /// @throws BackupException `OBJECT_CORRUPT` that names what cannot be read
  public WayIn check() {
    return Failures.translate("check keys", this::checkNow);
  }

  private WayIn checkNow() throws IOException {
    var damage = keyring.damage();
    if (!damage.isEmpty()) {
      BackupException all =
          new BackupException(
              ErrorCode.OBJECT_CORRUPT,
              damage.size()
                  + (damage.size() == 1 ? " object" : " objects")
                  + " among the keys cannot be read: "
                  + damage.getFirst().text(),
              "Put keys/ back from a copy of the repository; a damaged slot can also be replaced"
                  + " with 'holdfast key add' or 'holdfast key kit'.");
      damage.forEach(all::addSuppressed);
      throw all;
    }
    return keyring.slots().slots().stream()
        .filter(slot -> slot.holder() == Keyring.Holder.US)
        .findFirst()
        .map(WayIn::of)
        .orElseThrow(
            () ->
                new BackupException(
                    ErrorCode.OBJECT_MISSING,
                    "slot " + keyring.ourSlot() + ", which this key opened, is gone",
                    "Somebody removed it a moment ago: use another key."));
  }

  private Optional<Path> makeIfMissing(NewKey key) throws IOException {
    return switch (key) {
      case NewKey.KeyFile(Path path) -> KeyFiles.makeIfMissing(path, context.entropy());
      case NewKey.PassphraseFile(Path path) -> {
        if (!Files.exists(path)) {
          throw new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "there is no passphrase file " + path,
              "Write the new passphrase into a file that only you may read.");
        }
        yield Optional.empty();
      }
    };
  }

  private static KeyMaterial material(NewKey key) {
    return switch (key) {
      case NewKey.KeyFile(Path path) -> KeyFiles.read(path);
      case NewKey.PassphraseFile(Path path) -> KeyFiles.passphrase(path);
    };
  }

  /// What kind of key opens a slot, in words.
  static String kind(Slot slot) {
    return switch (slot.use()) {
      case RECOVERY_KIT -> "recovery kit";
      case UNSAID ->
          switch (slot.kind()) {
            case RAW -> "key";
            case PASSPHRASE -> "passphrase";
          };
    };
  }

  static String word(KeySlot.Kind kind) {
    return switch (kind) {
      case RAW -> "raw";
      case PASSPHRASE -> "passphrase";
    };
  }
}

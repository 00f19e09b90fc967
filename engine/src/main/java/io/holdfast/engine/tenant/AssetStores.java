package io.holdfast.engine.tenant;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.application.StorePlace;
import io.holdfast.engine.config.Environment;
import io.holdfast.storage.ObjectPlaces;
import io.holdfast.storage.RetryingBlobStore;
import io.holdfast.storage.RetryingObjectPlace;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The stores of a scope map, opened for one operation. *Confined.*
final class AssetStores implements AutoCloseable {
  private final SortedMap<String, AssetStore> stores = new TreeMap<>();

  private AssetStores() {}

  /// Opens all that somebody said the place of. Asks none for anything.
  ///
  /// @throws BackupException `BAD_URL` or `BAD_CONFIGURATION`, with the name of the store
  static AssetStores open(EngineContext context, Map<String, StorePlace> places)
      throws IOException {
    AssetStores opened = new AssetStores();
    try {
      for (Map.Entry<String, StorePlace> place : new TreeMap<>(places).entrySet()) {
        opened.stores.put(place.getKey(), open(context, place.getKey(), place.getValue()));
      }
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private static AssetStore open(EngineContext context, String name, StorePlace place) {
    return switch (place) {
      case StorePlace.Directory(var directory) -> new DirectoryAssets(directory);
      case StorePlace.Bucket(String url) -> {
        String profile = prefix(name) + "AWS_PROFILE";
        if (context.environment().containsKey(profile)) {
          throw new BackupException(
              ErrorCode.BAD_CONFIGURATION,
              profile + " is set, but a store cannot have a profile of its own",
              "Set " + prefix(name) + "AWS_ACCESS_KEY_ID and its secret key in its place.");
        }
        StoreContext its =
            new StoreContext(
                context.clock(),
                context.entropy(),
                new Environment(context.environment()).overriddenBy(prefix(name)));
        try {
          yield new ObjectAssets(
              new RetryingObjectPlace(
                  ObjectPlaces.open(url, its),
                  RetryingBlobStore.Policy.DEFAULT,
                  context.entropy(),
                  context.pause()));
        } catch (BackupException e) {
          throw new BackupException(e.code(), "store " + name + ": " + e.getMessage(), e.hint(), e);
        }
      }
    };
  }

  /// What variables of a store begin with.
  static String prefix(String name) {
    return "HOLDFAST_STORE_" + name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_";
  }

  /// Empty if nobody says where it is.
  Optional<AssetStore> find(String name) {
    return Optional.ofNullable(stores.get(name));
  }

  /// One that [#find] finds.
  AssetStore require(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalArgumentException("nobody says where " + name + " is"));
  }

  /// What to say of a store that nobody says the place of.
  static String unknown(String name) {
    return "nobody says where the store "
        + name
        + " is (--store "
        + name
        + "=DIRECTORY or --store "
        + name
        + "=s3://BUCKET/FOLDER)";
  }

  /// The places, for the digest.
  String places() {
    SortedMap<String, String> places = new TreeMap<>();
    stores.forEach((name, store) -> places.put(name, store.describe()));
    return places.toString();
  }

  @Override
  public void close() throws IOException {
    for (AssetStore store : stores.values()) {
      store.close();
    }
  }
}

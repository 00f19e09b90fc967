package io.holdfast.storage;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/// The names directly below a prefix, by way of a listing.
final class ListedNames {
  private ListedNames() {}

  static void hand(BlobStore store, String prefix, Consumer<String> each) throws IOException {
    Set<String> folders = new HashSet<>();
    store.list(
        prefix,
        blob -> {
          String below = blob.key().value().substring(prefix.length());
          int slash = below.indexOf('/');
          if (slash < 0) {
            each.accept(below);
          } else if (folders.add(below.substring(0, slash))) {
            each.accept(below.substring(0, slash));
          }
        });
  }
}

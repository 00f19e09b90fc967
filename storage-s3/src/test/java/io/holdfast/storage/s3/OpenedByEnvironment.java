package io.holdfast.storage.s3;

import io.holdfast.base.Entropy;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.StoreContext;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUrl;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;

/// A program for [FoundCredentialsTest], which gives it an environment of its own: the SDK asks the
/// process for it. Puts a blob and says what came of it.
public final class OpenedByEnvironment {
  private OpenedByEnvironment() {}

  /// @param arguments the place
  public static void main(String[] arguments) throws IOException {
    var context = new StoreContext(InstantSource.system(), Entropy.secure(), System.getenv());
    S3Place place = S3Place.of(StoreUrl.parse(arguments[0], ""), context);
    try (S3BlobStore store = S3BlobStore.open(place, context, S3Timeouts.DEFAULT)) {
      System.out.println(
          "ANSWER " + store.putIfAbsent(new BlobKey("one"), ByteBuffer.wrap(new byte[] {1})));
    } catch (StoreRefusedException e) {
      System.out.println("ANSWER refused: " + e.getMessage() + " " + e.advice());
    }
  }
}

package io.holdfast.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.testing.Seeds;
import io.holdfast.storage.NewObject;
import io.holdfast.storage.ObjectPlace;
import io.holdfast.storage.ObjectPlace.Outcome;
import io.holdfast.storage.ObjectPlaceContract;
import io.holdfast.storage.ObjectPlaces;
import io.holdfast.storage.StoreRefusedException;
import io.holdfast.storage.StoreUnavailableException;
import io.holdfast.storage.StoredObject;
import io.holdfast.storage.WriteOutcomeUnknownException;
import io.holdfast.storage.s3.testing.S3Server;
import io.holdfast.storage.s3.testing.S3Servers;
import io.holdfast.storage.web.testing.FaultProxy;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of objects of an application when the network or the server fails.
@ExtendWith(S3Servers.class)
class S3ObjectsFaultsTest {
  private final S3Server server;
  private final FaultProxy proxy;
  private final ObjectPlace place;

  S3ObjectsFaultsTest(@S3Servers.Of(S3Server.Kind.S3PROXY) S3Server server) throws IOException {
    this.server = server;
    this.proxy = FaultProxy.before(server.port());
    this.place = ObjectPlaces.open(server.placeAt(proxy.endpoint()), S3Server.context());
  }

  @BeforeEach
  void warmUp() throws IOException {
    assertThat(place.find("nothing")).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    place.close();
    proxy.close();
  }

  @Test
  void nobodyKnowsWhatALostAnswerSaid() throws IOException {
    NewObject content = ObjectPlaceContract.content(Seeds.entropy(1).bytes(1 << 20), Map.of());
    proxy.next("PUT", 1, new Fault.AnswerLost());
    assertThatThrownBy(() -> place.put("one", Optional.empty(), content))
        .isInstanceOf(WriteOutcomeUnknownException.class);
    assertThat(place.find("one").map(StoredObject::bytes)).contains(1L << 20);
  }

  @Test
  void theStoreItselfRefusesWhatCameBetweenTheLookAndThePut() throws IOException {
    NewObject mine = ObjectPlaceContract.content(new byte[] {1}, Map.of());
    NewObject theirs = ObjectPlaceContract.content(new byte[] {2, 2}, Map.of());
    String place2 = server.newPlace();
    try (ObjectPlace direct = ObjectPlaces.open(place2, S3Server.context());
        ObjectPlace slow =
            ObjectPlaces.open(
                place2.replace(server.endpoint(), proxy.endpoint()), S3Server.context())) {
      // Somebody else is faster, once we have looked.
      proxy.choose(
          line -> {
            if (line.startsWith("PUT ")) {
              put(direct, theirs);
            }
            return Fault.none();
          });
      assertThat(slow.put("one", Optional.empty(), mine)).isEqualTo(Outcome.CHANGED);
      assertThat(direct.find("one").map(StoredObject::bytes)).contains(2L);
    }
  }

  /// What is changed only as it was looked at.
  enum Change {
    PUT,
    DELETE;

    Outcome make(ObjectPlace place, String version) throws IOException {
      return switch (this) {
        case PUT ->
            place.put(
                "one",
                Optional.of(version),
                ObjectPlaceContract.content(new byte[] {3, 3, 3}, Map.of()));
        case DELETE -> place.delete("one", version);
      };
    }
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void changesSayWhatTheyLookedAt(Change change) throws IOException {
    String version = create();
    proxy.choose(refusing(change, 412, "PreconditionFailed", version));
    assertThat(change.make(place, version)).isEqualTo(Outcome.CHANGED);
    assertThat(place.find("one").map(StoredObject::bytes)).contains(1L);
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void twoChangesAtOnceAreNoChangeForOneOfThem(Change change) throws IOException {
    String version = create();
    proxy.choose(refusing(change, 409, "ConditionalRequestConflict", version));
    assertThatThrownBy(() -> change.make(place, version))
        .isInstanceOf(StoreUnavailableException.class);
    proxy.choose(_ -> Fault.none());
    assertThat(change.make(place, version)).isEqualTo(Outcome.DONE);
  }

  @Test
  void aStoreThatKnowsNoConditionOfDeletesSaysSoAndIsAskedWithoutOne() throws IOException {
    String version = create();
    proxy.choose(refusing(Change.DELETE, 501, "NotImplemented", version));
    assertThat(place.delete("one", version)).isEqualTo(Outcome.DONE);
    assertThat(place.find("one")).isEmpty();
  }

  private String create() throws IOException {
    NewObject content = ObjectPlaceContract.content(new byte[] {1}, Map.of());
    assertThat(place.put("one", Optional.empty(), content)).isEqualTo(Outcome.DONE);
    return place.find("one").orElseThrow().version();
  }

  /// Answers a change on the condition that the object is that version.
  private static FaultProxy.Choice refusing(
      Change change, int status, String code, String version) {
    return new FaultProxy.Choice() {
      @Override
      public Fault of(String line) {
        return Fault.none();
      }

      @Override
      public Fault of(String line, String head) {
        boolean conditional =
            head.toLowerCase(Locale.ROOT)
                .contains("\r\nif-match: " + version.toLowerCase(Locale.ROOT) + "\r\n");
        return line.startsWith(change + " ") && conditional
            ? new Fault.Answer(status, code, "no")
            : Fault.none();
      }
    };
  }

  private static void put(ObjectPlace place, NewObject content) {
    try {
      place.put("one", Optional.empty(), content);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anAnswerThatBreaksOffIsNoContent() throws IOException {
    byte[] bytes = Seeds.entropy(3).bytes(2 << 20);
    place.put("one", Optional.empty(), ObjectPlaceContract.content(bytes, Map.of()));
    String version = place.find("one").orElseThrow().version();
    proxy.next("GET", 1, new Fault.AnswerCut());
    assertThatThrownBy(() -> place.read("one", version, 0, bytes.length))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(place.read("one", version, 0, bytes.length)).isEqualTo(bytes);
  }

  @Test
  void whatCannotBeReadHereIsNotTheStoresFailure() {
    NewObject unreadable =
        new NewObject(
            5,
            "0".repeat(64),
            Map.of(),
            () -> {
              throw new BackupException(ErrorCode.OBJECT_CORRUPT, "damaged", "");
            });
    assertThatThrownBy(() -> place.put("one", Optional.empty(), unreadable))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_CORRUPT));
  }

  @Test
  void aBucketThatIsNotThereIsNoEmptyOne() throws IOException {
    try (ObjectPlace missing =
        ObjectPlaces.open("s3://not-there/x?endpoint=" + server.endpoint(), S3Server.context())) {
      assertThatThrownBy(() -> missing.find("one"))
          .isInstanceOfSatisfying(
              StoreRefusedException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNAVAILABLE);
                assertThat(e).hasMessageContaining("not-there");
              });
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://id:planted@bucket/x",
        "s3://id@bucket/x",
        "s3://bucket/x?endpoint=https://me:planted@host",
        "s3://bucket/a/../b?region=x",
        "s3://bucket/x?planted=1"
      })
  void refusesBadUrls(String url) {
    assertThatThrownBy(() -> ObjectPlaces.open(url, S3Server.context()))
        .isInstanceOfSatisfying(
            BackupException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.BAD_URL);
              assertThat(e.text()).doesNotContain("me:planted").doesNotContain("id:");
            });
  }
}

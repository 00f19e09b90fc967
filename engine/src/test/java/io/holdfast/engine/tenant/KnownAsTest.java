package io.holdfast.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Rows were erased in one database, and are looked for in that one only.
class KnownAsTest {
  private static final KnownAs APP = KnownAs.of("main", "app", Optional.of("7/5"));

  private static Erasure.Origin origin(String source, String database, String identity) {
    return new Erasure.Origin(
        source, database, identity.isEmpty() ? Optional.empty() : Optional.of(identity));
  }

  @Test
  void aDatabaseIsTheOneOfItsNameOnItsServer() {
    assertThat(APP.is(origin("main", "app", ""))).isTrue();
    assertThat(APP.is(origin("main", "other", ""))).isFalse();
    assertThat(APP.is(origin("second", "app", ""))).isFalse();
  }

  /// Restored elsewhere it has another identity, and is the same to whoever uses it.
  @Test
  void aNameCountsAlsoWhereTheIdentityIsAnother() {
    assertThat(APP.is(origin("main", "app", "7/9"))).isTrue();
  }

  @Test
  void anIdentityCountsWhateverTheNames() {
    assertThat(APP.is(origin("main", "before", "7/5"))).isTrue();
    assertThat(APP.is(origin("main", "before", "8/5"))).isFalse();
  }

  /// A clone for tests has the identity of what it is a clone of.
  @Test
  void whatWasErasedOnAnotherServerHoldsThereOnly() {
    assertThat(APP.is(origin("staging", "app", "7/5"))).isFalse();
  }

  @Test
  void withoutNamesItIsAnyOfTheServer() {
    KnownAs any = new KnownAs("main", Set.of(), Set.of("7/5"));
    assertThat(any.is(origin("main", "other", "9/9"))).isTrue();
    assertThat(any.is(origin("second", "other", "9/9"))).isFalse();
    assertThat(any.is(origin("second", "other", "7/5"))).isFalse();
  }
}

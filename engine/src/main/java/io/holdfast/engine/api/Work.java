package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.copy.SpreadBackup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/// What operations of one group need.
record Work(SharedRepository shared, Options options, Watch watch) {
  EngineContext context() {
    return options.context(watch);
  }

  Settings settings() {
    return options.settings();
  }

  String source() {
    return options.settings().source();
  }

  <R> R on(Function<OpenRepository, R> operation) {
    return shared.use(operation);
  }

  void run(Consumer<OpenRepository> operation) {
    shared.<Boolean>use(
        repository -> {
          operation.accept(repository);
          return true;
        });
  }

  /// A backup that goes to this repository and to others.
  <R> SpreadBackup.Spread<R> spread(
      List<Options> also, SpreadBackup.Making<R> making, SpreadBackup.Naming<R> naming) {
    return shared.during(() -> SpreadBackup.run(places(also), making, naming));
  }

  /// What [#spread] would do.
  <R> SpreadBackup.Spread<R> rehearse(List<Options> also, SpreadBackup.Making<R> making) {
    return shared.during(() -> SpreadBackup.rehearse(places(also), making));
  }

  private List<SpreadBackup.Place> places(List<Options> also) {
    List<SpreadBackup.Place> places = new ArrayList<>();
    places.add(new SpreadBackup.Place(settings(), context(), shared::lent));
    for (Options other : also) {
      places.add(new SpreadBackup.Place(other.settings(), other.context(watch)));
    }
    return places;
  }
}

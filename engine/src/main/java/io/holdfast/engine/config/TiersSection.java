package io.holdfast.engine.config;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.plan.Rate;
import io.holdfast.engine.plan.Tier;
import io.holdfast.engine.plan.Tiers;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The section `tiers`: which frequencies accounts of a tier may choose. Tiers that are left out
/// are as by default.
///
/// ```yaml
/// tiers:
///   free: [monthly]
///   starter: [daily, weekly, monthly]
/// ```
final class TiersSection {
  private TiersSection() {}

  static Optional<Tiers> read(AskedMap map) {
    Map<Tier, Set<Rate>> rates = new EnumMap<>(Tiers.DEFAULT.rates());
    for (Tier tier : Tier.values()) {
      map.list(tier.word(), Rate::parse)
          .flatMap(its -> map.whole(() -> some(tier, its)))
          .ifPresent(its -> rates.put(tier, its));
    }
    map.end();
    return map.isFine() ? Optional.of(new Tiers(rates)) : Optional.empty();
  }

  private static Set<Rate> some(Tier tier, List<Rate> rates) {
    if (rates.isEmpty()) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          tier.word() + " allows no frequency",
          "Name at least one of hourly, daily, weekly and monthly.");
    }
    return EnumSet.copyOf(rates);
  }
}

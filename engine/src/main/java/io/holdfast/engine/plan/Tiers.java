package io.holdfast.engine.plan;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// How often accounts may have backups made by themselves.
///
/// @param rates of every tier at least one
public record Tiers(Map<Tier, Set<Rate>> rates) {
  /// Where nobody says anything else.
  public static final Tiers DEFAULT =
      new Tiers(
          Map.of(
              Tier.FREE, EnumSet.of(Rate.WEEKLY, Rate.MONTHLY),
              Tier.STARTER, EnumSet.of(Rate.DAILY, Rate.WEEKLY, Rate.MONTHLY),
              Tier.PROFESSIONAL, EnumSet.allOf(Rate.class),
              Tier.ENTERPRISE, EnumSet.allOf(Rate.class)));

  public Tiers {
    Map<Tier, Set<Rate>> all = new EnumMap<>(Tier.class);
    for (Tier tier : Tier.values()) {
      Set<Rate> its = rates.getOrDefault(tier, Set.of());
      if (its.isEmpty()) {
        throw new IllegalArgumentException("tier " + tier.word() + " allows nothing");
      }
      all.put(tier, Collections.unmodifiableSet(EnumSet.copyOf(its)));
    }
    rates = Collections.unmodifiableMap(all);
  }

  /// Whether accounts of a tier may have this.
  public boolean allows(Tier tier, Rate rate) {
    return of(tier).contains(rate);
  }

  /// What an account has that chose nothing: daily, or else the most frequent that it may have.
  public Rate usual(Tier tier) {
    Set<Rate> its = of(tier);
    return its.contains(Rate.DAILY) ? Rate.DAILY : its.iterator().next();
  }

  private Set<Rate> of(Tier tier) {
    return Optional.ofNullable(rates.get(tier)).orElseThrow();
  }
}

package io.holdfast.engine.api;

import io.holdfast.engine.keys.KeyReport;
import io.holdfast.engine.keys.Keys;
import io.holdfast.engine.keys.NewKey;
import io.holdfast.engine.keys.Shred;
import java.util.Optional;
import java.util.function.Function;

/// The keys of a repository: those that open it, and those that its data is sealed under.
public final class RepositoryKeys {
  private final Work work;

  RepositoryKeys(Work work) {
    this.work = work;
  }

  /// Who may open the repository, and how old the keys of its data are.
  public KeyReport list() {
    return keys(Keys::list);
  }

  /// Lets another key in.
  public Keys.Added add(NewKey key) {
    return keys(keys -> keys.add(key));
  }

  /// Makes the keys of one more source, in its domain.
  public Keys.Source addSource(String name, Optional<String> domain) {
    return keys(keys -> keys.addSource(name, domain));
  }

  /// The slot that [#remove] would remove.
  public Keys.WayIn removable(String slot) {
    return keys(keys -> keys.removable(slot));
  }

  /// Keeps a key out from now on; never the one in use.
  public Keys.WayIn remove(String slot) {
    return keys(keys -> keys.remove(slot));
  }

  /// Makes one more recovery kit.
  public Keys.Kit kit() {
    return keys(Keys::kit);
  }

  /// Makes new data keys, and lets `replacement` take the place of the key in use. Whoever has the
  /// repository open in another process takes the new keys when it opens it again.
  public Keys.Rotated rotate(Optional<String> domain, Optional<NewKey> replacement) {
    return keys(keys -> keys.rotate(domain, replacement));
  }

  /// Proves that the key in use opens everything.
  public Keys.WayIn check() {
    return keys(Keys::check);
  }

  /// What shredding would destroy, and what it does not reach.
  public Shred.Outcome planShred(String domain) {
    return work.on(repository -> new Shred(repository).plan(domain));
  }

  /// Destroys the keys of a domain: what is in it can never be read again, by any key.
  public Shred.Outcome shred(String domain, Shred.KeptKeys kept) {
    return work.on(repository -> new Shred(repository).run(domain, kept));
  }

  private <R> R keys(Function<Keys, R> asking) {
    return work.on(repository -> asking.apply(new Keys(work.context(), repository)));
  }
}

/// Who may open a repository, and under which keys its data is sealed.
///
/// A *slot* lets one key in: a key file, a passphrase, or a recovery kit on paper. All slots hold
/// the same root key, so that adding and removing them touches no data. The *data keys* of a domain
/// are below it; they have versions: new data is sealed under the newest, older versions only open.
@NullMarked
package io.holdfast.engine.keys;

import org.jspecify.annotations.NullMarked;

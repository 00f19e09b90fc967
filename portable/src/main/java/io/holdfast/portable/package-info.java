/// One backup as one file, `docs/format/portable.md`: a tar with a manifest and one JSON file per
/// table, or the same sealed.
///
/// [io.holdfast.portable.PortableWriter] takes rows and assets in any order of tables and streams
/// them out; [io.holdfast.portable.PortableReader] has verified everything before it hands out
/// anything. **Export name**: what a table is called in the file. **Asset**: a file that belongs to
/// rows. **Row sum**: what two exports of the same rows have in common, whatever their order.
/// Nothing here talks to a server.
@NullMarked
package io.holdfast.portable;

import org.jspecify.annotations.NullMarked;

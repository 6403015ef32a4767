//! Just enough of the WebAssembly binary format to say what a module imports.
//!
//! <https://webassembly.github.io/spec/core/binary/modules.html>

use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub module: String,
    pub name: String,
}

const MAGIC_AND_VERSION: &[u8] = b"\0asm\x01\0\0\0";
const IMPORT_SECTION: u8 = 2;

/// Every import of the module, each once and in order of its name; an error says what is wrong with the file.
pub fn imports(module: &[u8]) -> Result<BTreeSet<Import>, String> {
    let body = module.strip_prefix(MAGIC_AND_VERSION).ok_or("it does not begin like a WebAssembly 1.0 module")?;
    let mut sections = Reader { bytes: body };
    while !sections.bytes.is_empty() {
        let id = sections.byte()?;
        let size = sections.u32()?;
        let section = sections.take(size)?;
        if id == IMPORT_SECTION {
            return import_section(Reader { bytes: section });
        }
    }
    Ok(BTreeSet::new())
}

fn import_section(mut section: Reader) -> Result<BTreeSet<Import>, String> {
    let n_imports = section.u32()?;
    let mut imports = BTreeSet::new();
    for _ in 0..n_imports {
        let module = section.name()?;
        let name = section.name()?;
        section.skip_import_type()?;
        imports.insert(Import { module, name });
    }
    Ok(imports)
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: u32) -> Result<&'a [u8], String> {
        let (head, tail) = self.bytes.split_at_checked(n as usize).ok_or("it ends in the middle of a section")?;
        self.bytes = tail;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned LEB128 number of at most 32 bits.
    fn u32(&mut self) -> Result<u32, String> {
        u32::try_from(self.leb128(5)?).map_err(|_| "a number is larger than 32 bits".to_owned())
    }

    fn leb128(&mut self, max_bytes: u32) -> Result<u64, String> {
        let mut value = 0;
        for i in 0..max_bytes {
            let byte = self.byte()?;
            // The tenth byte of a 64-bit number holds one bit; what does not fit is cut, no caller needs it.
            value |= u64::from(byte & 0x7f) << (7 * i);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("a number does not end".to_owned())
    }

    fn name(&mut self) -> Result<String, String> {
        let length = self.u32()?;
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn skip_import_type(&mut self) -> Result<(), String> {
        match self.byte()? {
            0 => self.u32().map(|_| ()), // function: type index
            1 => {
                self.skip_value_type()?; // table: reference type, limits
                self.skip_limits()
            }
            2 => self.skip_limits(), // memory
            3 => {
                self.skip_value_type()?; // global: type, mutability
                self.byte().map(|_| ())
            }
            4 => {
                self.byte()?; // tag: attribute, type index
                self.u32().map(|_| ())
            }
            kind => Err(format!("it has an import of unknown kind {kind}")),
        }
    }

    fn skip_value_type(&mut self) -> Result<(), String> {
        const REF_NULL: u8 = 0x63;
        const REF: u8 = 0x64;
        if matches!(self.byte()?, REF_NULL | REF) {
            self.leb128(5)?; // heap type
        }
        Ok(())
    }

    fn skip_limits(&mut self) -> Result<(), String> {
        const HAS_MAXIMUM: u8 = 1;
        let flags = self.byte()?;
        self.leb128(10)?;
        if flags & HAS_MAXIMUM != 0 {
            self.leb128(10)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a custom section, then an import section of these entries (bytes after the two names).
    fn module(entries: &[(&str, &str, &[u8])]) -> Vec<u8> {
        let mut section = vec![entries.len() as u8];
        for (module, name, kind) in entries {
            for text in [module, name] {
                section.push(text.len() as u8);
                section.extend_from_slice(text.as_bytes());
            }
            section.extend_from_slice(kind);
        }
        let mut bytes = MAGIC_AND_VERSION.to_vec();
        bytes.extend_from_slice(&[0, 3, 1, b'x', 0xff]);
        bytes.push(IMPORT_SECTION);
        // A padded LEB128 length, as linkers write it.
        bytes.extend_from_slice(&[section.len() as u8 & 0x7f | 0x80, (section.len() >> 7) as u8 | 0x80, 0]);
        bytes.extend_from_slice(&section);
        bytes
    }

    #[track_caller]
    fn check_imports(module: &[u8], expect: Result<&[(&str, &str)], &str>) {
        let found = imports(module);
        let found: Result<Vec<(&str, &str)>, &str> = match &found {
            Ok(set) => Ok(set.iter().map(|i| (i.module.as_str(), i.name.as_str())).collect()),
            Err(error) => Err(error.as_str()),
        };
        assert_eq!(found, expect.map(<[_]>::to_vec));
    }

    #[test]
    fn every_kind_of_import_is_stepped_over() {
        let bytes = module(&[
            ("wbg", "function", &[0, 0x80, 0x01]),
            ("wbg", "table", &[1, 0x70, 0, 1]),
            ("wbg", "typed_table", &[1, 0x63, 0x05, 1, 1, 9]),
            ("wbg", "memory", &[2, 3, 1, 0x80, 0x80, 0x01]),
            ("wbg", "memory64", &[2, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            ("wbg", "global", &[3, 0x7f, 1]),
            ("wbg", "tag", &[4, 0, 2]),
            ("env", "strlen", &[0, 1]),
        ]);
        let mut expect = vec![("env", "strlen")];
        for name in ["function", "global", "memory", "memory64", "table", "tag", "typed_table"] {
            expect.push(("wbg", name));
        }
        check_imports(&bytes, Ok(&expect));
    }

    #[test]
    fn a_module_without_imports_imports_nothing() {
        check_imports(MAGIC_AND_VERSION, Ok(&[]));
    }

    #[test]
    fn what_is_no_module_is_refused_without_panic() {
        check_imports(b"", Err("it does not begin like a WebAssembly 1.0 module"));
        check_imports(b"<!doctype html>", Err("it does not begin like a WebAssembly 1.0 module"));
        check_imports(&module(&[("a", "b", &[9])]), Err("it has an import of unknown kind 9"));
        let whole = module(&[("a", "b", &[0, 0])]);
        for end in MAGIC_AND_VERSION.len() + 1..whole.len() {
            // Cut between two sections the module is whole, only shorter.
            if end != MAGIC_AND_VERSION.len() + 5 {
                check_imports(&whole[..end], Err("it ends in the middle of a section"));
            }
        }
    }
}

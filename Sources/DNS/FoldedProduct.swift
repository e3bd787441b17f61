/// Both halves of the whole product of two words, folded into one: a step of hashes with a secret seed. The low half alone
/// would not do: a change of a word's highest bits changes the same bits of it, whatever the seed, and the next word can undo
/// that.
@inlinable @inline(__always)
public func foldedProduct(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}

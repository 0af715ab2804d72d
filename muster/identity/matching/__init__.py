"""Records without a common key: which of them are one person or one account, with what probability and why.

`columns` says what is compared, `normalise` makes it comparable, `blocking` finds the pairs that are worth a look,
`comparisons` tells how alike they are, `model` weighs that, `pairs` is the whole of it, `clusters` draws the line.
"""

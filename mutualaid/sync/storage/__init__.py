# SPDX-FileCopyrightText: 2026 The Mutual Aid developers
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Places on rented or shared storage, through fsspec; each kind in a file that is imported only
when an address of it is used, because its libraries are extras of the package."""

"""accreditation"""
